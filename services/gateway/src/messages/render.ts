import type { Language, Render } from '@linli/http';
import { en } from './en';
import type { Messages, Sentence } from './messages';
import { zh } from './zh';

const books: Readonly<Record<Language, Messages>> = { 'zh-CN': zh, en };
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

type Details = Readonly<Record<string, string>>;

/** The sentence for a reason, with its details put in; `details.kind` chooses the general sentence for an unknown reason. */
export function renderReason(reason: string, details: Details, language: Language): ReturnType<Render> {
  const book = books[language];
  const [title, detail] = pairOf(own(book.reasons, reason) ?? own(book.kinds, details['kind'] ?? 'internal') ?? book.kinds.internal);
  return { title, detail: fill(detail, { details, book, language }) ?? title };
}

/** The sentence for a cell of a workbook; also for a problem that a newer service finds. */
export function describeCell(code: string, column: string, language: Language): string {
  const { cells } = books[language];
  return (own(cells, code) ?? own(cells, 'malformed') ?? '').replaceAll('{column}', () => column);
}

export function isKnownReason(reason: string): boolean {
  return Object.values(books).every((book) => own(book.reasons, reason) !== undefined);
}

function pairOf(sentence: Sentence): readonly [title: string, detail: string] {
  return typeof sentence === 'string' ? [sentence, sentence] : sentence;
}

interface Filling {
  readonly details: Details;
  readonly book: Messages;
  readonly language: Language;
}

/** Undefined when a detail is missing: half a sentence helps nobody. */
function fill(sentence: string, filling: Filling): string | undefined {
  const names = [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  if (names.some((name) => filling.details[name] === undefined)) return undefined;
  return sentence.replace(/\{(\w+)\}/g, (_match, name: string) => valueOf(name, filling));
}

function valueOf(name: string, { details, book, language }: Filling): string {
  const value = details[name] ?? '';
  if (name === 'field') return own(book.fields, value.replace(/\[\d+\]/g, '').split('.').at(-1) ?? '') ?? value;
  if (name === 'problem') return own(book.problems, value) ?? own(book.problems, 'malformed') ?? value;
  if (instant.test(value)) return timeIn(language, new Date(value));
  return own(book.words, value) ?? value;
}

function timeIn(language: Language, time: Date): string {
  const style = { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Shanghai', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(language, style).format(time);
}

// A reason and a detail can come from outside too: `constructor` is no sentence of ours.
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
