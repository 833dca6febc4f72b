import { failedPrecondition } from '@linli/errors';

/** Of what the office said in public and what named a person. @throws failed_precondition WORDS_WITHDRAWN. */
export function assertSaid({ wordsWithdrawn }: { readonly wordsWithdrawn: boolean }): void {
  if (wordsWithdrawn) throw failedPrecondition('WORDS_WITHDRAWN', 'the words are gone already');
}
