import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * The time that a process goes by. With a file it is a simulated one: the file holds by how many milliseconds it is ahead of
 * the real time, and is looked at ten times a second, so that one write moves every process that shares it. Without, the real
 * one. For development only: configuration refuses a file in production.
 * @throws Error when the file cannot be read or holds no whole number.
 */
export function clockFrom(file: string): () => Date {
  if (file === '') return () => new Date();
  let ahead = readClock(file);
  // Read, not watched: a watch's first look comes after this returns, and what was written before it would never be seen.
  const look = setInterval(() => {
    try {
      ahead = readClock(file);
    } catch {
      // The last good answer holds until the file is whole again.
    }
  }, 100);
  // A clock keeps no process alive.
  look.unref();
  return () => new Date(Date.now() + ahead);
}

/** By how many milliseconds the simulated time is ahead of the real one. @throws Error when the file holds no whole number. */
export function readClock(file: string): number {
  const text = readFileSync(file, 'utf8').trim();
  if (!/^-?\d{1,15}$/.test(text)) throw new Error(`the clock file ${file} must hold a whole number of milliseconds`);
  return Number(text);
}

/** Moves the simulated time, whole at once. */
export function setClock(file: string, aheadMs: number): void {
  writeFileSync(`${file}.new`, `${Math.round(aheadMs)}\n`);
  renameSync(`${file}.new`, file);
}
