import { readdirSync, readFileSync } from 'node:fs';

/** What the platform's processes, PostgreSQL's backends among them, hold and have used. */
export interface Usage {
  /** Proportional set size in MB: what several processes share counts once in all. */
  readonly pss: number;
  /** Resident set size in MB: what they share counts once a process. */
  readonly rss: number;
  /** Seconds of one core since the processes began, with those that have ended. */
  readonly cpu: number;
}

/** Of a clock tick in /proc, on every Linux that Node runs on. */
const tickSeconds = 0.01;

/**
 * The usage of everything below the process that started these, itself included, by name: a named process counts with its
 * children, the launcher and its guard are what is left. Linux only. @throws Error elsewhere, as there is no /proc.
 */
export function readUsage(named: readonly { readonly name: string; readonly pid: number }[]): ReadonlyMap<string, Usage> {
  const all = listProcesses();
  const root = all.get(named[0]?.pid ?? 0)?.parent;
  if (root === undefined) throw new Error('the processes to be measured were not found in /proc');
  const names = new Map(named.map(({ name, pid }) => [pid, name]));
  const usage = new Map<string, Usage>();
  function add(pid: number, above: string): void {
    const name = names.get(pid) ?? above;
    const before = usage.get(name) ?? { pss: 0, rss: 0, cpu: 0 };
    const { pss, rss } = readMemory(pid);
    usage.set(name, { pss: before.pss + pss, rss: before.rss + rss, cpu: before.cpu + (all.get(pid)?.cpu ?? 0) });
    for (const [child, { parent }] of all) if (parent === pid) add(child, name);
  }
  add(root, 'launcher');
  return usage;
}

export function sumOf(usage: ReadonlyMap<string, Usage>): Usage {
  const all = [...usage.values()];
  const sum = (read: (one: Usage) => number): number => all.reduce((total, one) => total + read(one), 0);
  return { pss: sum(({ pss }) => pss), rss: sum(({ rss }) => rss), cpu: sum(({ cpu }) => cpu) };
}

/** By pid. Processes that end while they are read are left out; what they used is their parents' `cutime` by then. */
function listProcesses(): Map<number, { parent: number; cpu: number }> {
  const found = new Map<number, { parent: number; cpu: number }>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readOrNothing(`/proc/${name}/stat`) : '';
    if (stat === '') continue;
    // After the command, which may hold anything: state, parent; then utime, stime, cutime, cstime as 12th to 15th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const cpu = fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0) * tickSeconds;
    found.set(Number(name), { parent: Number(fields[1]), cpu });
  }
  return found;
}

function readMemory(pid: number): { pss: number; rss: number } {
  const rollup = readOrNothing(`/proc/${pid}/smaps_rollup`);
  const megabytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) / 1024;
  return { pss: megabytes('Pss'), rss: megabytes('Rss') };
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
