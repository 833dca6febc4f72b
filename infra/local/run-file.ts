import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isRunning, startOf } from './identity.mjs';
import { runFile } from './paths.ts';
import type { Running } from './stop.ts';

/** What demo, bench, the operator's tool and the next start need to know about the platform that runs now. */
export interface RunRecord {
  readonly supervisor: { readonly pid: number; readonly started: string };
  readonly data: string;
  readonly addresses: Readonly<Record<string, string>>;
  readonly processes: readonly Running[];
}

export function writeRun(record: Omit<RunRecord, 'supervisor'>): void {
  const supervisor = { pid: process.pid, started: startOf(process.pid) ?? '' };
  writeFileSync(`${runFile}.new`, `${JSON.stringify({ supervisor, ...record }, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${runFile}.new`, runFile);
}

export function readRun(): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(runFile, 'utf8')) as RunRecord;
  } catch {
    return undefined;
  }
}

/** The running platform of this checkout, or undefined. */
export function findRunning(): RunRecord | undefined {
  const record = readRun();
  return record && isRunning(record.supervisor) ? record : undefined;
}

export function removeRun(): void {
  rmSync(runFile, { force: true });
}
