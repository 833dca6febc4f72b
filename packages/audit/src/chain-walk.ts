import { chainStart, fitsAt, type SealedEntry } from './chain';
import { readCheckpoint, type Checkpoint, type CheckpointKeys } from './checkpoint';
import type { AuditFinding, Problem } from './findings';

/** An entry, or the number of a line that holds none. */
export type ChainItem = SealedEntry | { readonly malformedLine: number };

/** One tenant's trail, wherever it is kept. */
export interface Chain {
  readonly tenantId: string;
  readonly head: Head | undefined;
  readonly checkpoints: readonly StoredCheckpoint[];
  /** By place. */
  readonly entries: AsyncIterable<ChainItem>;
}

export interface Head {
  readonly seq: number;
  readonly hash: string;
}

export interface StoredCheckpoint {
  readonly seq: number;
  /** UTC, ISO 8601. */
  readonly signedAt: string;
  readonly jws: string;
}

/** What else is known of the chain, kept where whoever can write to it cannot. */
export interface Witness {
  /** Undefined: signatures are not checked. */
  readonly keys: CheckpointKeys | undefined;
  /** Checkpoints kept elsewhere, their signatures checked. */
  readonly kept: readonly Checkpoint[];
  /** The same chain as it was exported earlier. */
  readonly earlier?: AsyncIterable<ChainItem> | undefined;
}

/** A tenant's findings are cut off here: a chain that is wrong everywhere says no more in a thousand lines. */
export const mostFindings = 100;

export async function walkChain(chain: Chain, witness: Witness): Promise<AuditFinding[]> {
  const walk = new Walk(chain.tenantId);
  const marks = [...(await trustedMarks(chain, witness, walk)), ...witness.kept].sort((a, b) => a.seq - b.seq);
  for (const { seq } of [...marks, ...(chain.head ? [chain.head] : [])]) walk.wanted.set(seq, undefined);
  const earlier = new Earlier(witness.earlier);
  for await (const entry of chain.entries) {
    if ('malformedLine' in entry) walk.report({ seq: walk.last.seq + 1, problem: 'malformed', line: entry.malformedLine });
    else {
      walk.step(entry);
      await earlier.compare(entry, walk);
    }
    if (walk.findings.length >= mostFindings) {
      await earlier.close();
      return walk.findings.slice(0, mostFindings);
    }
  }
  walk.end(chain.head);
  for (const mark of marks) if (!walk.agrees(mark)) break;
  await earlier.end(walk);
  return walk.findings;
}

class Walk {
  readonly findings: AuditFinding[] = [];
  /** The entries at the places that checkpoints and the head speak of. */
  readonly wanted = new Map<number, SealedEntry | undefined>();
  last: { seq: number; hash: string; id?: string } = { seq: 0, hash: chainStart };
  /** How far the entries at hand stand from where they were sealed. */
  private shift = 0;
  private signedUpTo = 0;

  constructor(private readonly tenantId: string) {}

  report(finding: Omit<AuditFinding, 'tenantId'>): void {
    this.findings.push({ tenantId: this.tenantId, ...finding });
  }

  /** Goes on from the stored hash, so that one wrong entry does not make all after it look wrong. */
  step(entry: SealedEntry): void {
    const { seq, id: entryId } = entry;
    const { last } = this;
    if (seq === last.seq) return this.report({ seq, entryId, problem: 'inserted' });
    if (seq !== last.seq + 1) this.report({ seq: last.seq + 1, ...(seq > last.seq + 2 && { untilSeq: seq - 1 }), entryId, problem: 'missing' });
    else if (entry.prevHash !== last.hash) this.report({ seq, entryId, problem: 'unlinked' });
    this.checkContent(entry);
    if (this.wanted.has(seq)) this.wanted.set(seq, entry);
    this.last = { seq, hash: entry.hash, id: entryId };
  }

  private checkContent(entry: SealedEntry): void {
    const { seq, id: entryId } = entry;
    const isOurs = entry.tenantId === this.tenantId;
    const shift = isOurs ? [0, this.shift, 1, -1].find((places) => fitsAt(entry, seq + places)) : undefined;
    if (shift === undefined) this.report({ seq, entryId, problem: 'changed' });
    else if (shift !== 0 && shift === this.shift) this.prolong('moved', seq);
    else if (shift !== 0) this.report({ seq, entryId, problem: 'moved' });
    this.shift = shift ?? this.shift;
  }

  /** One finding for a run of entries that moved together. */
  private prolong(problem: Problem, untilSeq: number): void {
    const at = this.findings.findLastIndex((finding) => finding.problem === problem);
    const run = this.findings[at];
    if (run !== undefined) this.findings[at] = { ...run, untilSeq };
  }

  end(head: Head | undefined): void {
    const end = head?.seq ?? 0;
    const { seq: last } = this.last;
    if (end < last) this.report({ seq: end + 1, ...(last > end + 1 && { untilSeq: last }), problem: 'beyond_head' });
    if (head === undefined || end === 0) return;
    if (end > last) this.cutTail(end);
    else if (this.wanted.get(end)?.hash !== head.hash) this.report({ seq: end, ...this.entryIdAt(end), problem: 'head_differs' });
  }

  /** False when what comes after cannot agree either. */
  agrees(mark: Checkpoint): boolean {
    if (mark.seq > this.last.seq) {
      this.cutTail(mark.seq);
      return true;
    }
    if (this.wanted.get(mark.seq)?.hash !== mark.hash) {
      this.report({ seq: this.signedUpTo + 1, ...(mark.seq > this.signedUpTo + 1 && { untilSeq: mark.seq }), ...this.entryIdAt(mark.seq), problem: 'checkpoint_differs' });
      return false;
    }
    this.signedUpTo = mark.seq;
    return true;
  }

  /** The entries from the last one left up to `known` are gone: said once, with the highest place known. */
  cutTail(known: number): void {
    const seq = this.last.seq + 1;
    const untilSeq = known > seq ? { untilSeq: known } : {};
    const at = this.findings.findIndex(({ problem }) => problem === 'cut_tail');
    const before = this.findings[at];
    if (before === undefined) this.report({ seq, ...untilSeq, ...(this.last.id !== undefined && { entryId: this.last.id }), problem: 'cut_tail' });
    else if (known > (before.untilSeq ?? before.seq)) this.findings[at] = { ...before, ...untilSeq };
  }

  private entryIdAt(seq: number): { entryId?: string } {
    const entry = this.wanted.get(seq);
    return entry === undefined ? {} : { entryId: entry.id };
  }
}

/** An earlier export of the same chain, read along: it names the first entry that is not what it was. */
class Earlier {
  private readonly entries: AsyncIterator<ChainItem> | undefined;
  private current: SealedEntry | undefined;
  private isDone = false;

  constructor(entries: Witness['earlier']) {
    this.entries = entries?.[Symbol.asyncIterator]();
  }

  async compare(entry: SealedEntry, walk: Walk): Promise<void> {
    while (!this.isDone && (this.current?.seq ?? 0) < entry.seq) await this.advance();
    if (this.isDone || this.current?.seq !== entry.seq || this.current.hash === entry.hash) return;
    walk.report({ seq: entry.seq, entryId: this.current.id, problem: 'rewritten' });
    await this.close(); // all that follows differs as well
  }

  async end(walk: Walk): Promise<void> {
    let known = 0;
    while (!this.isDone) {
      known = Math.max(known, this.current?.seq ?? 0);
      await this.advance();
    }
    if (known > walk.last.seq) walk.cutTail(known);
  }

  async close(): Promise<void> {
    this.isDone = true;
    await this.entries?.return?.();
  }

  private async advance(): Promise<void> {
    const next = await this.entries?.next();
    if (next === undefined || next.done === true) this.isDone = true;
    else if ('seq' in next.value) this.current = next.value;
  }
}

/** The stored checkpoints that can be trusted; the others become findings. */
async function trustedMarks({ tenantId, checkpoints }: Chain, { keys, kept }: Witness, walk: Walk): Promise<Checkpoint[]> {
  const trusted: Checkpoint[] = [];
  let previousSeq = 0;
  for (const { seq, jws, signedAt } of checkpoints) {
    const mark = await readCheckpoint(jws, keys);
    if (mark === undefined || mark.seq !== seq || mark.tenantId !== tenantId || mark.signedAt !== signedAt) walk.report({ seq, problem: 'checkpoint_forged' });
    else {
      if (mark.previousSeq !== previousSeq) walk.report({ seq: mark.previousSeq, problem: 'checkpoint_missing' });
      trusted.push(mark);
    }
    previousSeq = seq;
  }
  const missing = kept.filter((mark) => !checkpoints.some(({ seq }) => seq === mark.seq) && !walk.findings.some(({ seq, problem }) => problem === 'checkpoint_missing' && seq === mark.seq));
  for (const { seq } of missing) walk.report({ seq, problem: 'checkpoint_missing' });
  return trusted;
}
