import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, renameSync } from 'node:fs';
import path from 'node:path';
import { Refusal } from './print.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The user PostgreSQL runs as: undefined is whoever we are; root must be somebody else. */
export function serverUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout.trim() || NaN);
  const user = { uid: id('-u'), gid: id('-g') };
  if (Number.isNaN(user.uid) || Number.isNaN(user.gid)) {
    throw new Refusal('PostgreSQL refuses to run as root and this machine has no user nobody: run as another user, or give DATABASE_URL');
  }
  return user;
}

/** A folder that `user` owns and reaches: the one asked for or, where its parents are closed to that user, one under /var/tmp. */
export function reachableFolder(wanted: string, user: User | undefined): string {
  mkdirSync(wanted, { recursive: true });
  if (!user) return wanted;
  give(wanted, user);
  if (mayUse(wanted, '-w', user)) return wanted;
  const instead = insteadOf(wanted);
  refuseForeign(instead, [0, user.uid]);
  mkdirSync(instead, { recursive: true });
  give(instead, user);
  return instead;
}

/** The server's folder of binaries as `user` can run it: itself or, where its parents are closed to that user, a copy under /var/tmp. */
export function reachableBinaries(folder: string, user: User | undefined): string {
  if (!user || mayUse(path.join(folder, 'bin/postgres'), '-x', user)) return folder;
  const copy = path.join('/var/tmp', `linli-postgres-${shortHash(realpathSync(folder))}`);
  refuseForeign(copy, [0]);
  if (!existsSync(copy)) {
    const unfinished = mkdtempSync(`${copy}.`);
    cpSync(folder, unfinished, { recursive: true, verbatimSymlinks: true });
    chmodSync(unfinished, 0o755);
    renameSync(unfinished, copy);
  }
  return copy;
}

/** Where `reachableFolder` goes when it cannot use the folder asked for. */
export function insteadOf(wanted: string): string {
  return path.join('/var/tmp', `linli-${shortHash(wanted)}`);
}

function give(folder: string, user: User): void {
  chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
}

/** /var/tmp is open to all: what somebody else put there under our name is not ours to run or to give away. */
function refuseForeign(folder: string, owners: readonly number[]): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found && !(found.isDirectory() && owners.includes(found.uid))) throw new Refusal(`${folder} belongs to somebody else: remove it, then try again`);
}

function mayUse(target: string, test: '-w' | '-x', user: User): boolean {
  return spawnSync('/bin/sh', ['-c', `test ${test} "$0"`, target], { ...user, cwd: '/' }).status === 0;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
