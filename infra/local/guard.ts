// Outlives the supervisor by a moment: when its input closes without a farewell, the supervisor was killed, and it stops the children.
import { createInterface } from 'node:readline';
import { stopInOrder, type Running } from './stop.ts';

const watched = new Map<number, Running>();
let farewell = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as { watch?: Running; forget?: number; farewell?: true };
  if (message.watch) watched.set(message.watch.pid, message.watch);
  if (message.forget) watched.delete(message.forget);
  if (message.farewell) farewell = true;
}
if (!farewell) await stopInOrder([...watched.values()]);
process.exit(0);
