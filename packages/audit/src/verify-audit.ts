import type { Knex } from 'knex';
import { chainStart, entryHash, knownAlgorithms, type SealedRow } from './chain';
import { checkpointKeysOf, readCheckpoint, type Checkpoint } from './checkpoint';

/** What is wrong with a chain, and where: `seq` is the place in the tenant's chain. */
export interface AuditFinding {
  readonly tenantId: string;
  readonly seq: number;
  readonly entryId?: string;
  readonly problem:
    | 'changed' // the entry is not what was sealed
    | 'unlinked' // it does not follow the entry before it: replaced, inserted, moved
    | 'missing' // entries from here up to the next one found are gone
    | 'cut_tail' // the chain ends here, but its head or a checkpoint knows more
    | 'beyond_head' // the chain goes on here after where its head says it ends
    | 'head_differs' // the head does not hold the hash of the entry it names
    | 'checkpoint_differs' // the entries up to here are not those that were signed
    | 'checkpoint_forged' // not signed by a key we trust, or not about this place
    | 'checkpoint_missing'; // a checkpoint before this one is gone
}

export interface VerifyOptions {
  /** All tenants when absent. */
  readonly tenantId?: string;
  /** JWKS text of the public keys that may sign; without it signatures are not checked. */
  readonly checkpointKeys?: string;
  /** Checkpoints (JWS) kept elsewhere, such as those in the log: they also show what was removed together with its own checkpoint. */
  readonly keptCheckpoints?: readonly string[];
}

interface Reading {
  readonly tenantId: string;
  readonly keys: ReturnType<typeof checkpointKeysOf> | undefined;
  readonly kept: readonly Checkpoint[];
}

interface HeadRow {
  tenant_id: string;
  seq: number;
  hash: Buffer;
}

interface Walk {
  readonly tenantId: string;
  /** Hashes at the places that checkpoints and the head speak of. */
  readonly hashes: Map<number, string>;
  readonly findings: AuditFinding[];
  last: { seq: number; hash: Buffer };
}

const pageSize = 1000;
const mostFindings = 100;

/**
 * Walks the chains from their start, in a role that sees all tenants (relay), and gives what is wrong, at most 100 findings
 * a tenant. Nothing found means: no sealed entry was changed, removed, inserted or moved, as far as the last checkpoint
 * for somebody who can write anything to the database, and up to the head for everybody else.
 */
export async function verifyAudit(knex: Knex, options: VerifyOptions = {}): Promise<AuditFinding[]> {
  const keys = options.checkpointKeys === undefined ? undefined : checkpointKeysOf(options.checkpointKeys);
  const all: AuditFinding[] = [];
  const trusted: Checkpoint[] = [];
  for (const jws of options.keptCheckpoints ?? []) {
    const mark = await readCheckpoint(jws, keys);
    const claimed = mark ?? (await readCheckpoint(jws, undefined));
    if (mark !== undefined) trusted.push(mark);
    else all.push({ tenantId: claimed?.tenantId ?? 'unknown', seq: claimed?.seq ?? 0, problem: 'checkpoint_forged' });
  }
  for (const tenantId of options.tenantId === undefined ? await tenantsOf(knex, trusted) : [options.tenantId]) {
    const mine = trusted.filter((mark) => mark.tenantId === tenantId);
    // One snapshot a tenant: a chain that grows meanwhile is not taken for one that outran its head.
    const findings = await knex.transaction((tx) => verifyTenant(tx, { tenantId, keys, kept: mine }), { isolationLevel: 'repeatable read', readOnly: true });
    all.push(...findings.slice(0, mostFindings));
  }
  return all;
}

async function verifyTenant(tx: Knex.Transaction, { tenantId, keys, kept }: Reading): Promise<AuditFinding[]> {
  const findings: AuditFinding[] = [];
  const marks = [...kept, ...(await readStored(tx, { tenantId, keys, findings }))];
  const head = await tx<HeadRow>('audit_heads').where('tenant_id', tenantId).first();
  const hashes = new Map([...marks, ...(head === undefined ? [] : [head])].map(({ seq }) => [seq, '']));
  const walk: Walk = { tenantId, hashes, findings, last: { seq: 0, hash: chainStart } };
  await walkEntries(tx, walk);
  compareHead(walk, head);
  for (const mark of marks) compareMark(walk, mark);
  return findings;
}

async function walkEntries(knex: Knex, walk: Walk): Promise<void> {
  for (;;) {
    const page = await knex<SealedRow>('audit_entries')
      .where({ tenant_id: walk.tenantId })
      .andWhere('seq', '>', walk.last.seq)
      .orderBy('seq')
      .limit(pageSize);
    for (const row of page) checkEntry(walk, row);
    if (page.length < pageSize || walk.findings.length >= mostFindings) return;
  }
}

/** Goes on from the stored hash, so that one wrong entry does not make all after it look wrong. */
function checkEntry(walk: Walk, row: SealedRow): void {
  const place = { tenantId: walk.tenantId, seq: row.seq, entryId: row.id };
  const { seq, prev_hash: prevHash, algorithm } = row;
  if (seq !== walk.last.seq + 1) walk.findings.push({ tenantId: walk.tenantId, seq: walk.last.seq + 1, problem: 'missing' });
  else if (!prevHash.equals(walk.last.hash)) walk.findings.push({ ...place, problem: 'unlinked' });
  if (!knownAlgorithms.includes(algorithm) || !entryHash(row, { seq, prevHash, algorithm }).equals(row.hash)) {
    walk.findings.push({ ...place, problem: 'changed' });
  }
  if (walk.hashes.has(seq)) walk.hashes.set(seq, row.hash.toString('hex'));
  walk.last = { seq, hash: row.hash };
}

function compareHead({ tenantId, last, hashes, findings }: Walk, head: HeadRow | undefined): void {
  const end = head?.seq ?? 0;
  if (end < last.seq) findings.push({ tenantId, seq: end + 1, problem: 'beyond_head' });
  if (head === undefined || head.seq === 0) return;
  if (head.seq > last.seq) findings.push({ tenantId, seq: last.seq, problem: 'cut_tail' });
  else if (hashes.get(head.seq) !== head.hash.toString('hex')) findings.push({ tenantId, seq: head.seq, problem: 'head_differs' });
}

function compareMark({ tenantId, last, hashes, findings }: Walk, mark: Checkpoint): void {
  if (mark.seq > last.seq) findings.push({ tenantId, seq: last.seq, problem: 'cut_tail' });
  else if (hashes.get(mark.seq) !== mark.hash) findings.push({ tenantId, seq: mark.seq, problem: 'checkpoint_differs' });
}

/** The tenant's stored checkpoints that can be trusted; the others become findings. */
async function readStored(knex: Knex, { tenantId, keys, findings }: Omit<Reading, 'kept'> & Pick<Walk, 'findings'>): Promise<Checkpoint[]> {
  const rows = await knex<{ tenant_id: string; seq: number; jws: string }>('audit_checkpoints').where({ tenant_id: tenantId }).orderBy('seq');
  const trusted: Checkpoint[] = [];
  let previousSeq = 0;
  for (const { seq, jws } of rows) {
    const mark = await readCheckpoint(jws, keys);
    if (mark === undefined || mark.seq !== seq || mark.tenantId !== tenantId) findings.push({ tenantId, seq, problem: 'checkpoint_forged' });
    else {
      if (mark.previousSeq !== previousSeq) findings.push({ tenantId, seq, problem: 'checkpoint_missing' });
      trusted.push(mark);
    }
    previousSeq = seq;
  }
  return trusted;
}

async function tenantsOf(knex: Knex, kept: readonly Checkpoint[]): Promise<string[]> {
  const { rows } = await knex.raw<{ rows: { tenant_id: string }[] }>(
    'select distinct tenant_id from audit_entries union select tenant_id from audit_heads union select tenant_id from audit_checkpoints',
  );
  return [...new Set([...rows.map((row) => row.tenant_id), ...kept.map((mark) => mark.tenantId)])].sort();
}
