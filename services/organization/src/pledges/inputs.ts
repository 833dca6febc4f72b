import { violation } from '@linli/grpc';
import type { Month, ResidentCheck, Vote } from './pledge-project';

/** @throws invalid_argument FIELD_INVALID. */
export function readMonth(text: string, field: string): Month {
  if (text === '') throw violation(field, 'required');
  if (!/^(19[5-9]\d|2[01]\d\d)-(0[1-9]|1[0-2])$/.test(text)) throw violation(field, 'malformed');
  return text;
}

/** @throws invalid_argument FIELD_INVALID for counts that cannot be. */
export function assertCounts(vote: Omit<Vote, 'heldOn' | 'ruleSetId' | 'ruleSetVersion'>): void {
  if (vote.present > vote.entitled) throw violation('present', 'too_large');
  if (vote.inFavour + vote.against + vote.abstained > vote.present) throw violation('in_favour', 'too_large');
}

/** One score of each examiner. @throws invalid_argument FIELD_INVALID. */
export function assertCheck({ examiners, scoreCounts }: Pick<ResidentCheck, 'examiners' | 'scoreCounts'>): void {
  if (examiners < 1) throw violation('examiners', 'too_small');
  if (scoreCounts.length !== 5) throw violation('score_counts', scoreCounts.length > 5 ? 'too_many' : 'too_few');
  if (scoreCounts.some((count) => count < 0)) throw violation('score_counts', 'negative');
  if (scoreCounts.reduce((sum, count) => sum + count, 0) !== examiners) throw violation('score_counts', 'sum_differs');
}
