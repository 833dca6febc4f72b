import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { invalidArgument } from '@linli/errors';
import type { Knex } from 'knex';
import { canonicalJson, type Json } from './canonical-json';
import type { SealedEntry } from './chain';
import type { Chain, ChainItem, Head, StoredCheckpoint } from './chain-walk';
import type { AuditFinding } from './findings';
import { inSnapshot, readChain, tenantsOf } from './stored-chain';

const extension = '.jsonl';
const texts = ['action', 'actor', 'actorKind', 'algorithm', 'at', 'hash', 'id', 'objectId', 'objectType', 'outcome', 'prevHash', 'tenantId'] as const;
const entryKeys = [...texts, 'details', 'purpose', 'seq', 'sessionId', 'traceId'].sort().join();

/**
 * Writes each tenant's head, checkpoints and sealed entries to `folder/<tenant>.jsonl`, one canonical JSON text (RFC 8785) a
 * line, so that they can be verified without this database. Returns the number of entries by tenant.
 */
export async function exportAudit(knex: Knex, folder: string, tenantId?: string): Promise<Record<string, number>> {
  await mkdir(folder, { recursive: true });
  const written: Record<string, number> = {};
  for (const tenant of tenantId === undefined ? await tenantsOf(knex) : [tenantId]) {
    const counted = (count: number) => (written[tenant] = count);
    await inSnapshot(knex, async (tx) => {
      await pipeline(linesOf(await readChain(tx, tenant), counted), createWriteStream(fileOf(folder, tenant), { mode: 0o600 }));
    });
  }
  return written;
}

/** The entries of a tenant's file; none when there is no such file. */
export async function* readExportedEntries(folder: string, tenantId: string): AsyncGenerator<ChainItem> {
  const { chain } = await openExport(folder, tenantId);
  yield* chain.entries;
}

async function* linesOf({ tenantId, head, checkpoints, entries }: Chain, counted: (count: number) => void): AsyncGenerator<string> {
  let count = 0;
  if (head !== undefined) yield line({ tenantId, head: { ...head } });
  for (const { seq, jws, signedAt } of checkpoints) yield line({ tenantId, checkpoint: { seq, jws, signedAt } });
  for await (const entry of entries) {
    yield line({ ...entry });
    count += 1;
  }
  counted(count);
}

function line(value: Json): string {
  return `${canonicalJson(value)}\n`;
}

type Content = { readonly head: Head } | { readonly checkpoint: StoredCheckpoint } | SealedEntry;
/** A line without content is malformed. */
type Line = { readonly line: number } & (Content | object);

/** Reads head and checkpoints, and leaves the entries to be walked. */
export async function openExport(folder: string, tenantId: string): Promise<{ chain: Chain; malformed: AuditFinding[] }> {
  const lines = readLines(fileOf(folder, tenantId), tenantId);
  const malformed: AuditFinding[] = [];
  const checkpoints: StoredCheckpoint[] = [];
  let head: Head | undefined;
  let next = await lines.next();
  for (; next.done !== true && !('seq' in next.value); next = await lines.next()) {
    if ('head' in next.value && next.value.line === 1) head = next.value.head;
    else if ('checkpoint' in next.value) checkpoints.push(next.value.checkpoint);
    else malformed.push({ tenantId, seq: 1, line: next.value.line, problem: 'malformed' });
  }
  return { chain: { tenantId, head, checkpoints, entries: entriesFrom(next, lines) }, malformed };
}

async function* entriesFrom(first: IteratorResult<Line, unknown>, rest: AsyncGenerator<Line>): AsyncGenerator<ChainItem> {
  for (let next = first; next.done !== true; next = await rest.next()) {
    // Head and checkpoints stand before the entries; one that stands later was put there.
    const { line: number, ...item } = next.value;
    yield 'seq' in item ? item : { malformedLine: number };
  }
}

async function* readLines(file: string, tenantId: string): AsyncGenerator<Line> {
  if (!existsSync(file)) return;
  let number = 0;
  let text = '';
  for await (const chunk of createReadStream(file, { encoding: 'utf8' })) {
    const pieces = (text + String(chunk)).split('\n');
    text = pieces.pop() ?? '';
    for (const piece of pieces) yield { ...parseLine(piece, tenantId), line: (number += 1) };
  }
  if (text !== '') yield { line: number + 1 };
}

/** Undefined unless it is, to the byte, what we would write. */
function parseLine(text: string, tenantId: string): Content | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (canonicalJson(value as Json) !== text) return undefined;
  } catch {
    return undefined;
  }
  const { tenantId: tenant, head, checkpoint } = Object(value) as { tenantId?: unknown; head?: unknown; checkpoint?: unknown };
  if (tenant !== tenantId) return undefined;
  if (isEntry(value)) return value;
  if (hasKeys(value, 'head,tenantId') && isHead(head)) return { head };
  return hasKeys(value, 'checkpoint,tenantId') && isCheckpoint(checkpoint) ? { checkpoint } : undefined;
}

function hasKeys(value: unknown, keys: string): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).sort().join() === keys;
}

function isEntry(value: unknown): value is SealedEntry {
  return hasKeys(value, entryKeys) && texts.every((key) => typeof Reflect.get(Object(value) as object, key) === 'string') && Number.isSafeInteger(Reflect.get(Object(value) as object, 'seq'));
}

function isHead(value: unknown): value is Head {
  const { seq, hash } = Object(value) as Partial<Head>;
  return hasKeys(value, 'hash,seq') && Number.isSafeInteger(seq) && typeof hash === 'string';
}

function isCheckpoint(value: unknown): value is StoredCheckpoint {
  const { seq, jws, signedAt } = Object(value) as Partial<StoredCheckpoint>;
  return hasKeys(value, 'jws,seq,signedAt') && Number.isSafeInteger(seq) && typeof jws === 'string' && typeof signedAt === 'string';
}

/** @throws AppError invalid_argument AUDIT_EXPORT_EMPTY when the folder holds no chain. */
export async function exportedTenants(folder: string, kept: readonly string[]): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const tenants = names.filter((name) => name.endsWith(extension)).map((name) => decodeURIComponent(name.slice(0, -extension.length)));
  if (tenants.length === 0) throw invalidArgument('AUDIT_EXPORT_EMPTY', 'there is no exported audit chain in this folder');
  return [...new Set([...tenants, ...kept])].sort();
}

/** A tenant's id comes from a database that may have been tampered with: it must not name a place outside of the folder. */
function fileOf(folder: string, tenantId: string): string {
  return path.join(folder, `${encodeURIComponent(tenantId).replaceAll('.', '%2E')}${extension}`);
}
