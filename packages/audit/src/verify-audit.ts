import type { Knex } from 'knex';
import { walkChain, type Witness } from './chain-walk';
import { checkpointKeysOf, readCheckpoint, type Checkpoint, type CheckpointKeys } from './checkpoint';
import { exportedTenants, openExport, readExportedEntries } from './export-file';
import type { AuditFinding } from './findings';
import { inSnapshot, readChain, tenantsOf } from './stored-chain';

export interface VerifyOptions {
  /** All tenants when absent. */
  readonly tenantId?: string;
  /** JWKS text of the public keys that may sign; without it signatures are not checked. */
  readonly checkpointKeys?: string;
  /** Checkpoints (JWS) kept elsewhere, such as those in the log: they also show what was removed together with its own checkpoint. */
  readonly keptCheckpoints?: readonly string[];
  /** Folder of an earlier export kept elsewhere: names the first entry that a rewritten chain changed. */
  readonly earlierExport?: string;
}

/** Signatures checked once for all tenants. */
interface Kept {
  readonly keys: CheckpointKeys | undefined;
  readonly marks: readonly Checkpoint[];
  readonly findings: readonly AuditFinding[];
}

/**
 * Walks the chains from their start, in a role that sees all tenants (relay), and gives what is wrong, at most 100 findings
 * a tenant. Nothing found means: no sealed entry was changed, removed, inserted or moved, as far as the last checkpoint
 * for somebody who can write anything to the database, and up to the head for everybody else.
 */
export async function verifyAudit(knex: Knex, options: VerifyOptions = {}): Promise<AuditFinding[]> {
  const kept = await readKept(options);
  const all = [...kept.findings];
  for (const tenantId of options.tenantId === undefined ? await tenantsOf(knex, kept.marks) : [options.tenantId]) {
    // One snapshot a tenant: a chain that grows meanwhile is not taken for one that outran its head.
    all.push(...(await inSnapshot(knex, async (tx) => walkChain(await readChain(tx, tenantId), witnessOf(kept, tenantId, options)))));
  }
  return all;
}

/**
 * The same for what `exportAudit` wrote, without a database: each file a chain, each line to the byte.
 * @throws AppError invalid_argument AUDIT_EXPORT_EMPTY.
 */
export async function verifyExport(folder: string, options: VerifyOptions = {}): Promise<AuditFinding[]> {
  const kept = await readKept(options);
  const all = [...kept.findings];
  const known = kept.marks.map((mark) => mark.tenantId);
  for (const tenantId of options.tenantId === undefined ? await exportedTenants(folder, known) : [options.tenantId]) {
    const { chain, malformed } = await openExport(folder, tenantId);
    all.push(...malformed, ...(await walkChain(chain, witnessOf(kept, tenantId, options))));
  }
  return all;
}

function witnessOf({ keys, marks }: Kept, tenantId: string, { earlierExport }: VerifyOptions): Witness {
  const earlier = earlierExport === undefined ? undefined : readExportedEntries(earlierExport, tenantId);
  return { keys, kept: marks.filter((mark) => mark.tenantId === tenantId), earlier };
}

async function readKept({ checkpointKeys, keptCheckpoints = [] }: VerifyOptions): Promise<Kept> {
  const keys = checkpointKeys === undefined ? undefined : checkpointKeysOf(checkpointKeys);
  const marks: Checkpoint[] = [];
  const findings: AuditFinding[] = [];
  for (const jws of keptCheckpoints) {
    const mark = await readCheckpoint(jws, keys);
    const claimed = mark ?? (await readCheckpoint(jws, undefined));
    if (mark !== undefined) marks.push(mark);
    else findings.push({ tenantId: claimed?.tenantId ?? 'unknown', seq: claimed?.seq ?? 0, problem: 'checkpoint_forged' });
  }
  return { keys, marks, findings };
}
