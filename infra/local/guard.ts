// Outlives the supervisor by a moment: when its input closes without a farewell, the supervisor was killed, and it stops the children.
import { createInterface } from 'node:readline';
import { stopInOrder, type Running } from './stop.ts';

/** Returns the children still there when the input closed, or none after a farewell. */
async function watch(): Promise<Running[]> {
  const watched = new Map<number, Running>();
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line) as { watch?: Running; forget?: number; farewell?: true };
    if (message.farewell) return [];
    if (message.watch) watched.set(message.watch.pid, message.watch);
    if (message.forget) watched.delete(message.forget);
  }
  return [...watched.values()];
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
await stopInOrder(await watch());
process.exit(0);
