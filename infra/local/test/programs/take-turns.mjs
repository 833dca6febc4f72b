// Holds the lock for a moment and writes down when it was inside.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../../lock.mjs';

const [file, log] = /** @type {[string, string]} */ (/** @type {unknown} */ (process.argv.slice(2)));
await withLock(
  file,
  async () => {
    appendFileSync(log, 'in\n');
    await sleep(30);
    appendFileSync(log, 'out\n');
  },
  () => undefined,
);
