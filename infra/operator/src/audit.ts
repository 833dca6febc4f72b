import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { exportAudit, problems, verifyAudit, verifyExport, type AuditFinding, type VerifyOptions } from '@linli/audit';
import { openSystemDatabase, type SystemDatabase } from '@linli/db';
import { failedPrecondition, invalidArgument } from '@linli/errors';
import { createLogger } from '@linli/telemetry';
import { eventServices, readCheckpointKeys, readDatabases, type EventService } from './config';
import { print } from './print';

const log = createLogger('operator', { level: 'warn' });

export const auditUsage = `audit verify [--tenant CODE] [--json]   walk the audit chains and show what was changed, and where; exit code 1 then
                   --from DIR     those that were exported to DIR: needs neither a database nor a platform
                   --key FILE     public keys (JWKS) that may sign checkpoints; those of the platform when absent
                   --marks FILE   checkpoints kept elsewhere, one a line: JWS texts, or the log's lines that hold them
                   --kept DIR     an earlier export kept elsewhere: names the first entry that differs from it
  audit export --to DIR [--tenant CODE]   write the sealed chains to DIR, a folder a service, a file a tenant`;

interface Options {
  readonly tenant?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly key?: string | undefined;
  readonly marks?: string | undefined;
  readonly kept?: string | undefined;
  readonly json: boolean;
}

const text = { type: 'string' } as const;
const options = { tenant: text, from: text, to: text, key: text, marks: text, kept: text, json: { type: 'boolean', default: false } } as const;

/** Walks every service's audit chains, in the databases or in files, and shows what is wrong; or writes them to files. */
export async function runAudit(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options });
  if (positionals[0] === 'verify') return verify(values, env);
  if (positionals[0] === 'export' && values.to !== undefined) return exportTo(values.to, values, env);
  throw invalidArgument('ACTION_UNKNOWN', 'audit verify, or audit export --to DIR: see --help');
}

async function exportTo(folder: string, { tenant }: Options, env: NodeJS.ProcessEnv): Promise<void> {
  const databases = readDatabases(env);
  for (const service of eventServices) {
    const written = await withSystem(databases[service].relayUrl, (system) => exportAudit(system.knex, path.join(folder, service), tenant));
    for (const [tenantId, entries] of Object.entries(written)) print(`${service} ${tenantId}: ${entries} entries`);
  }
}

async function verify(values: Options, env: NodeJS.ProcessEnv): Promise<void> {
  const checkpointKeys = values.key === undefined ? readCheckpointKeys(env) : await readFile(values.key, 'utf8');
  const keptCheckpoints = values.marks === undefined ? [] : marksIn(await readFile(values.marks, 'utf8'));
  const findings: (AuditFinding & { readonly service: EventService })[] = [];
  for (const service of eventServices) {
    const found = await verifyService(service, values, { env, known: { ...(checkpointKeys && { checkpointKeys }), keptCheckpoints } });
    findings.push(...found.map((finding) => ({ service, ...finding })));
    if (!values.json) report(service, found);
  }
  const signaturesChecked = checkpointKeys !== '';
  if (values.json) print(JSON.stringify({ ok: findings.length === 0, signaturesChecked, findings }));
  else if (!signaturesChecked) print('the signatures of checkpoints were not checked: give the public keys with --key FILE or AUDIT_TRUSTED_KEYS');
  if (findings.length > 0) throw failedPrecondition('AUDIT_BROKEN', 'the audit trail was changed: see the findings above');
}

interface Known {
  readonly env: NodeJS.ProcessEnv;
  readonly known: VerifyOptions;
}

async function verifyService(service: EventService, { tenant, from, kept }: Options, { env, known }: Known): Promise<AuditFinding[]> {
  const how: VerifyOptions = { ...known, ...(tenant && { tenantId: tenant }), ...(kept && { earlierExport: path.join(kept, service) }) };
  if (from !== undefined) return verifyExport(path.join(from, service), how);
  return withSystem(readDatabases(env)[service].relayUrl, (system) => verifyAudit(system.knex, how));
}

async function withSystem<T>(url: Parameters<typeof openSystemDatabase>[0]['url'], work: (system: SystemDatabase) => Promise<T>): Promise<T> {
  const system = openSystemDatabase({ url, name: 'linli-operator', log, poolSize: 1 });
  try {
    return await work(system);
  } finally {
    await system.close();
  }
}

function report(service: EventService, found: readonly AuditFinding[]): void {
  if (found.length === 0) print(`${service}: the audit chains are whole`);
  for (const { tenantId, seq, untilSeq, entryId, line, problem } of found) {
    const place = untilSeq === undefined ? `#${seq}` : `#${seq} to #${untilSeq}`;
    const where = [service, tenantId, place, ...(entryId === undefined ? [] : [entryId]), ...(line === undefined ? [] : [`line ${line}`])];
    print(`${where.join(' ')}: ${problem}: ${problems[problem]}`);
  }
}

/** JWS texts as they are, or out of lines of the log; other lines say nothing. */
function marksIn(file: string): string[] {
  return file.split('\n').flatMap((line) => (line.startsWith('{') ? checkpointOf(line) : line.trim() === '' ? [] : [line.trim()]));
}

function checkpointOf(line: string): string[] {
  try {
    const { checkpoint } = JSON.parse(line) as { checkpoint?: unknown };
    return typeof checkpoint === 'string' ? [checkpoint] : [];
  } catch {
    return [];
  }
}
