import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, startOf } from './identity.mjs';

/**
 * Runs `work` while no other launch of this checkout installs or builds. A lock left by a killed launch is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(line: string) => void} say
 * @returns {Promise<T>}
 */
export async function withLock(file, work, say) {
  mkdirSync(path.dirname(file), { recursive: true });
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }));
  try {
    for (let told = false; !take(mine, file); told = true) {
      const holder = read(file);
      if (holder && isRunning(holder)) {
        if (!told) say(`waiting for process ${holder.pid}, which is installing or building in this checkout`);
        await sleep(200);
      } else {
        breakLock(file, holder);
      }
    }
    try {
      return await work();
    } finally {
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * A hard link appears whole or not at all.
 * @param {string} mine
 * @param {string} file
 */
function take(mine, file) {
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Two waiters may see the same dead holder: only the one that renames that very lock removes it; a newer one is put back.
 * @param {string} file
 * @param {{ pid: number, started: string } | undefined} dead
 */
function breakLock(file, dead) {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const taken = read(aside);
  if (taken && taken.pid !== dead?.pid) take(aside, file);
  rmSync(aside, { force: true });
}

/**
 * @param {string} file
 * @returns {{ pid: number, started: string } | undefined}
 */
function read(file) {
  try {
    return /** @type {{ pid: number, started: string }} */ (JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
