import { parseArgs } from 'node:util';
import { Refusal } from './print.ts';

export interface StartOptions {
  readonly port: number;
  readonly fresh: boolean;
  readonly data: string | undefined;
  readonly clock: string | undefined;
  readonly help: boolean;
}

export const startUsage = `npm start -- [options]
  --port N       the gateway's port on 127.0.0.1 (8080)
  --data DIR     where PostgreSQL, Kafka and the secrets keep their data (.linli/data); demo, bench and linli take it too
  --fresh        empty that folder first: databases, topics, secrets
  --clock TIME   start on a simulated clock, e.g. 2026-02-01T08:00+08:00 (development only)
  DATABASE_URL   a PostgreSQL 18 superuser's URL, used instead of a server of our own
  KAFKA_BROKERS  host:port,… of a Kafka, used instead of a broker of our own`;

export function parseStart(args: readonly string[]): StartOptions {
  const values = parse(args, { port: { type: 'string', default: '8080' }, fresh: { type: 'boolean', default: false }, data: { type: 'string' }, clock: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } }, startUsage);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Refusal(`--port ${String(values.port)} is not a port: give a number from 1 to 65535`);
  const clock = values.clock as string | undefined;
  if (clock !== undefined && !(hasZone(clock) && Number.isFinite(Date.parse(clock)))) {
    throw new Refusal(`--clock ${clock} is not a time with its zone: write it like 2026-02-01T08:00+08:00`);
  }
  return { port, fresh: values.fresh === true, data: values.data as string | undefined, clock, help: values.help === true };
}

export interface TestOptions {
  /** Undefined: everything. */
  readonly only: string | undefined;
  readonly jestArgs: readonly string[];
  readonly help: boolean;
}

export const testParts = ['types', 'lint', 'jest', 'checks', 'chaos'];

export const testUsage = `npm test -- [--only PART] [-- JEST ARGUMENTS]
  --only PART    ${testParts.join(', ')}
  e.g. npm test -- --only jest -- packages/db -t "withTenant"
  LINLI_TEST_DATABASE_URL, LINLI_TEST_KAFKA_BROKERS (or DATABASE_URL, KAFKA_BROKERS): servers to use instead of throwaway ones`;

export function parseTest(args: readonly string[]): TestOptions {
  const split = args.indexOf('--');
  const own = split < 0 ? args : args.slice(0, split);
  const values = parse(own, { only: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } }, testUsage);
  const only = values.only as string | undefined;
  if (only !== undefined && !testParts.includes(only)) throw new Refusal(`--only ${only} is unknown: ${testParts.join(', ')}`);
  return { only, jestArgs: split < 0 ? [] : args.slice(split + 1), help: values.help === true };
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parse(args: readonly string[], options: Options, usage: string): Record<string, unknown> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false, strict: true }).values;
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message.split('. ')[0] : String(error)}\n${usage}`);
  }
}

function hasZone(time: string): boolean {
  return /T.*(Z|[+-]\d\d:?\d\d)$/.test(time);
}
