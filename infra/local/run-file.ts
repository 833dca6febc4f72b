import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isRunning, startOf } from './identity.mjs';
import type { Home } from './paths.ts';
import type { PlatformPlace } from './platform.ts';
import { say } from './print.ts';
import { stopInOrder, type Running } from './stop.ts';

/** What demo, bench, the operator's tool and the next start need to know about the platform that runs now. Holds the database's URL: mode 0600. */
export interface RunRecord {
  readonly supervisor: { readonly pid: number; readonly started: string };
  readonly addresses: Readonly<Record<string, string>>;
  /** Absent while the servers start. */
  readonly place?: PlatformPlace;
  readonly processes: readonly Running[];
}

export function writeRun({ runFile }: Home, record: Omit<RunRecord, 'supervisor'>): void {
  const supervisor = { pid: process.pid, started: startOf(process.pid) ?? '' };
  mkdirSync(path.dirname(runFile), { recursive: true });
  writeFileSync(`${runFile}.new`, `${JSON.stringify({ supervisor, ...record }, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${runFile}.new`, runFile);
}

/** The platform that runs there, or undefined. */
export function findRunning(home: Home): RunRecord | undefined {
  const record = readRun(home);
  return record && isRunning(record.supervisor) ? record : undefined;
}

/** Stops what a killed platform left behind; the guard has normally done so before. */
export async function reapAbandoned(home: Home): Promise<void> {
  const record = readRun(home);
  if (!record || isRunning(record.supervisor)) return;
  const left = record.processes.filter((one) => isRunning(one) || one.container !== undefined);
  if (left.length > 0) {
    say(`stopping what an earlier run left: ${left.map(({ name, pid }) => `${name} (${pid})`).join(', ')}`);
    await stopInOrder(left);
  }
  removeRun(home);
}

export function removeRun({ runFile }: Home): void {
  rmSync(runFile, { force: true });
}

function readRun({ runFile }: Home): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(runFile, 'utf8')) as RunRecord;
  } catch {
    return undefined;
  }
}
