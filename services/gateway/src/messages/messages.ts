import type { ErrorKind } from '@linli/errors';

/** A sentence, or a short title and the sentence. `{name}` is a detail of the error; a title has none. */
export type Sentence = string | readonly [title: string, detail: string];

/** All that people read of errors, in one language. */
export interface Messages {
  /** By the reason that was thrown. */
  readonly reasons: Readonly<Record<string, Sentence>>;
  /** For a reason that is not above. */
  readonly kinds: Readonly<Record<ErrorKind, Sentence>>;
  /** What is wrong with a field, by the violation's code. */
  readonly problems: Readonly<Record<string, string>>;
  /** What is wrong with a cell of a workbook, by the problem's code, as a sentence; `{column}` is the column's title. */
  readonly cells: Readonly<Record<string, string>>;
  /** Names of fields as the forms show them. */
  readonly fields: Readonly<Record<string, string>>;
  /** Codes that may be a detail: states, actions, kinds. */
  readonly words: Readonly<Record<string, string>>;
}
