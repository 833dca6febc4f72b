import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.ts';

const neverInput = new Set(['node_modules', 'dist', '.git', '.linli', 'coverage']);

/** A digest of the content of files and whole folders (paths from the root). What does not exist counts as absent, not as an error. */
export function digest(inputs: readonly string[], keep: (file: string) => boolean = () => true): string {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const file of filesUnder(path.join(root, input)).filter(keep)) hash.update(`${path.relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Does `work` unless `stamp` says that it was done for this very digest. Returns whether it was done now. */
export async function onceFor(stamp: string, current: string, work: () => Promise<void>): Promise<boolean> {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === current) return false;
  await work();
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, current);
  return true;
}

function filesUnder(start: string): string[] {
  const found = statSync(start, { throwIfNoEntry: false });
  if (!found) return [];
  if (found.isFile()) return [start];
  return readdirSync(start, { withFileTypes: true })
    .filter(({ name }) => !neverInput.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name }) => filesUnder(path.join(start, name)));
}
