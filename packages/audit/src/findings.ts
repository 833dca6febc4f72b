/** What can be wrong, each in words for a person. */
export const problems = {
  changed: 'the entry is not what was sealed',
  unlinked: 'it does not follow the entry before it: that one was replaced, removed or moved',
  moved: 'sealed at a neighbouring place: an entry before it was removed or put in',
  inserted: 'two entries stand at this place',
  missing: 'entries are gone here; the entry named is the first one after the gap',
  cut_tail: 'the entries at the end are gone; the entry named is the last one left',
  beyond_head: 'the chain goes on here after where its head says it ends',
  head_differs: 'the head does not hold the hash of the entry it names',
  checkpoint_differs: 'the entries up to here are not those that were signed',
  checkpoint_forged: 'the checkpoint is not signed by a key we trust, or not about this place',
  checkpoint_missing: 'the checkpoint at this place is gone',
  rewritten: 'the entry is another one than in the earlier export; all after it may be',
  malformed: 'a line of the file is not as it was written',
} as const;

export type Problem = keyof typeof problems;

/** What is wrong with a chain, and where. */
export interface AuditFinding {
  readonly tenantId: string;
  /** The place in the tenant's chain, from 1. */
  readonly seq: number;
  /** The last place concerned, when there are several. */
  readonly untilSeq?: number;
  readonly entryId?: string;
  /** Of the file, from 1. */
  readonly line?: number;
  readonly problem: Problem;
}
