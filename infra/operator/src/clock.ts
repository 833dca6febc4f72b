import { readConfig } from '@linli/config';
import { failedPrecondition, invalidArgument } from '@linli/errors';
import { readClock, setClock } from '@linli/runtime';
import { print } from './print';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Moves the simulated clock of a platform that was started with --clock. */
export function runClock([verb, amount]: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { file } = readConfig(env, (read) => ({ file: read.text('LINLI_CLOCK', '') }));
  if (file === '') throw failedPrecondition('CLOCK_IS_REAL', 'this platform goes by the real time: start it with `npm start -- --clock TIME`');
  if (verb === 'advance') setClock(file, readClock(file) + parseSpan(amount ?? ''));
  else if (verb !== 'show') throw invalidArgument('ACTION_UNKNOWN', 'say `clock show` or `clock advance 1d`');
  print(new Date(Date.now() + readClock(file)).toISOString());
  return Promise.resolve();
}

/** `90m`, `36h`, `1d`: in milliseconds. Only forwards: people's deadlines do not come back. */
function parseSpan(text: string): number {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) throw invalidArgument('SPAN_MALFORMED', `${text === '' ? 'how far is missing' : `${text} is no span of time`}: write it like 90m, 36h or 1d`);
  return Number(count) * (units[unit] ?? 0);
}
