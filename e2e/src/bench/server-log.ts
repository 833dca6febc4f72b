import { open } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import type { OwnPlatform } from '../own-platform';

/** A statement as a service sent it, to be sent again word for word. */
export interface Sent {
  readonly text: string;
  /** As text, in the order of `$1`, `$2` and so on. */
  readonly values: readonly (string | null)[];
}

export interface Wanted {
  readonly service: string;
  /** What tells the statement from the others of the same call. */
  readonly pattern: RegExp;
}

/**
 * What the service's app role sends while `work` runs: PostgreSQL is told to log every statement with its values, and the
 * log is read. @throws Error when none fits.
 */
export async function sentDuring(platform: OwnPlatform, data: string, { wanted, work }: { readonly wanted: Wanted; readonly work: () => Promise<unknown> }): Promise<Sent[]> {
  const file = await open(path.join(data, 'logs/postgres.log'));
  try {
    await setLogging(platform.adminUrl, `set log_statement = 'all'`);
    // A pool's connections hear of it with their next statement.
    await work();
    const { size: from } = await file.stat();
    await work();
    const { size: to } = await file.stat();
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(to - from), position: from });
    const sent = readStatements(buffer.toString('utf8', 0, bytesRead), `linli_${wanted.service}_app`).filter(({ text }) => wanted.pattern.test(text));
    if (sent.length === 0) throw new Error(`the log holds no statement like ${String(wanted.pattern)}`);
    return sent;
  } finally {
    await setLogging(platform.adminUrl, 'reset log_statement');
    await file.close();
  }
}

async function setLogging(adminUrl: string, how: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(`alter system ${how}`);
  await client.query('select pg_reload_conf()');
  await client.end();
}

// `2026-11-24 01:02:03.456 UTC [77] role@database LOG:  execute name: select …`; further lines of an entry begin with a tab.
const entryStart = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ UTC \[(\d+)\] (?:(\w+)@\w+ )?(\w+):  /;

function readStatements(log: string, role: string): Sent[] {
  const sent: { pid: string; text: string; values: (string | null)[] }[] = [];
  for (const entry of log.split(/\n(?!\t)/)) {
    const [start, pid = '', who, kind] = entryStart.exec(entry) ?? [];
    if (start === undefined || who !== role) continue;
    const said = entry.slice(start.length).replaceAll('\n\t', '\n');
    const statement = /^(?:statement|execute [^:]+): ([\s\S]*)$/.exec(said)?.[1];
    if (kind === 'LOG' && statement !== undefined) sent.push({ pid, text: statement, values: [] });
    const last = sent.findLast((one) => one.pid === pid);
    if (kind === 'DETAIL' && /^Parameters: /i.test(said) && last !== undefined) last.values = readValues(said);
  }
  return sent.map(({ text, values }) => ({ text, values }));
}

function readValues(said: string): (string | null)[] {
  return [...said.matchAll(/\$\d+ = (?:'((?:[^']|'')*)'|NULL)/g)].map(([, value]) => (value === undefined ? null : value.replaceAll(`''`, `'`)));
}
