import { readFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { Client } from 'pg';

/** One measured figure, with what it should be where the project has set an aim. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Report {
  readonly bench: string;
  /** What was put in before, and how the load was made: enough to do it again. */
  readonly conditions: Readonly<Record<string, string | number>>;
  readonly figures: readonly Figure[];
}

export interface Machine {
  readonly date: string;
  readonly system: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly postgres: string;
  readonly kafka: string;
}

export function isMet({ value, atMost, atLeast }: Figure): boolean | undefined {
  if (atMost !== undefined) return value <= atMost;
  return atLeast === undefined ? undefined : value >= atLeast;
}

/** One line a figure: name, value, aim and whether it is met. */
export function describeReport({ bench, conditions, figures }: Report): string[] {
  const said = Object.entries(conditions).map(([name, value]) => `${name} ${value}`);
  return [`${bench}: ${said.join(', ')}`, ...figures.map(describeFigure)];
}

function describeFigure(figure: Figure): string {
  const { name, value, unit, atMost, atLeast } = figure;
  const aim = atMost === undefined ? (atLeast === undefined ? '' : `aim ≥ ${atLeast}`) : `aim ≤ ${atMost}`;
  const verdict = { true: 'met', false: 'MISSED', undefined: '' }[String(isMet(figure))] ?? '';
  return `  ${name.padEnd(44)} ${String(round(value)).padStart(10)} ${unit.padEnd(14)} ${aim.padEnd(14)} ${verdict}`.trimEnd();
}

/** Three digits are what a machine that does other things too can tell. */
export function round(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return Number(value.toFixed(Math.min(digits, 6)));
}

export async function describeMachine(adminUrl: string): Promise<Machine> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('show server_version').finally(() => client.end());
  return {
    date: new Date().toISOString(),
    system: `${platform()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? '',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    postgres: rows[0]?.server_version ?? '',
    kafka: /<kafka\.version>([^<]+)</.exec(readFileSync(`${__dirname}/../../../infra/kafka/pom.xml`, 'utf8'))?.[1] ?? '',
  };
}
