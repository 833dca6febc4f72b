// The process that run.test.ts starts: its first argument says how the app behaves.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failedPrecondition } from '@linli/errors';
import { run, type App } from '@linli/runtime';

const say = (line: string) => process.stdout.write(`${line}\n`);
const server = createServer();
const quiet: App = {
  async start() {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    say(`port ${(server.address() as AddressInfo).port}`);
  },
  async stop() {
    await new Promise((resolve) => server.close(resolve));
    say('let go');
  },
};
const never = () => new Promise<void>(() => setInterval(() => undefined, 1000));

const apps: Record<string, () => Promise<App>> = {
  quiet: async () => quiet,
  'no config': async () => {
    throw new Error('bad configuration: PORT is missing; KEY is missing\nsecond line');
  },
  'no start': async () => ({
    ...quiet,
    start: async () => {
      throw failedPrecondition('SCHEMA_MISSING', 'run the migrations first');
    },
  }),
  'slow start': async () => ({
    ...quiet,
    start: async () => {
      say('starting');
      await new Promise((resolve) => setTimeout(resolve, 200));
      say('came up');
    },
    stop: async () => void say('let go'),
  }),
  'endless create': async () => {
    say('creating');
    await never();
    return quiet;
  },
  'endless stop': async () => ({ ...quiet, stop: never }),
  'failing stop': async () => ({
    ...quiet,
    stop: async () => {
      throw new Error('stuck');
    },
  }),
  crash: async () => ({
    ...quiet,
    start: async () => {
      await quiet.start();
      setImmediate(() => {
        throw new TypeError('broken');
      });
    },
  }),
  rejection: async () => ({
    ...quiet,
    start: async () => {
      await quiet.start();
      void Promise.reject(new TypeError('broken'));
    },
  }),
};

const chosen = apps[process.argv[2] ?? ''];
if (chosen !== undefined) run('sample', chosen, { stopLimitMs: 300 });
