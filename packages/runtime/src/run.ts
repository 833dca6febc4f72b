import { isAppError } from '@linli/errors';
import { createLogger, flushTraces, type Logger } from '@linli/telemetry';

export interface App {
  /** Resolves when the app is ready to serve. */
  start(): Promise<void>;
  /** Finishes what is in flight and lets go of everything; called at most once. */
  stop(): Promise<void>;
}

export interface RunOptions {
  /** How long `stop` may take before the process ends without it; 15 s when absent. */
  readonly stopLimitMs?: number;
}

const flushLimitMs = 2_000;
const longestLine = 500;

/**
 * The life of a process: create, start, serve until SIGTERM or SIGINT, stop, exit.
 * Exit code 0 after an ordered stop; 1 when it could not start (one line on standard error says why), crashed,
 * did not stop in time, or was signalled twice.
 */
export function run(name: string, createApp: () => Promise<App>, options: RunOptions = {}): void {
  const log = createLogger(name);
  live(createApp, { log, ending: watchForEnd(log), stopLimitMs: options.stopLimitMs ?? 15_000 }).then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${name}: ${lineOf(error)}\n`);
      process.exit(1);
    },
  );
}

interface Ending {
  readonly why: string;
  readonly code: 0 | 1;
}

function watchForEnd(log: Logger): Promise<Ending> {
  return new Promise((resolve) => {
    let signalled = false;
    function onSignal(signal: string): void {
      if (signalled) process.exit(1);
      signalled = true;
      resolve({ why: signal, code: 0 });
    }
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    process.on('uncaughtException', (err) => {
      log.fatal({ err }, 'crashed');
      resolve({ why: 'crash', code: 1 });
    });
  });
}

interface Life {
  readonly log: Logger;
  readonly ending: Promise<Ending>;
  readonly stopLimitMs: number;
}

async function live(createApp: () => Promise<App>, { log, ending, stopLimitMs }: Life): Promise<number> {
  const began = performance.now();
  const app = await Promise.race([createApp(), ending]);
  if ('why' in app) return app.code;
  const starting = app.start();
  const early = await Promise.race([starting, ending]);
  if (early === undefined) log.info({ ms: Math.round(performance.now() - began) }, 'started');
  const { why, code } = await ending;
  log.info({ why }, 'stopping');
  const ordered = await within(stopLimitMs, () => stop(app, starting, log));
  if (!ordered) log.error({ limit_ms: stopLimitMs }, 'ended without an ordered stop');
  await within(flushLimitMs, flushTraces);
  return ordered ? code : 1;
}

async function stop(app: App, starting: Promise<void>, log: Logger): Promise<void> {
  await starting.catch((err: unknown) => log.warn({ err }, 'stopped while starting'));
  try {
    await app.stop();
  } catch (err) {
    log.error({ err }, 'stopped with an error');
    throw err;
  }
  log.info('stopped');
}

/** Whether `work` ended well within the limit. */
async function within(limitMs: number, work: () => Promise<void>): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(resolve, limitMs, false).unref());
  return Promise.race([work().then(() => true, () => false), late]);
}

function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return 'could not start';
  const [firstLine = ''] = error.message.split('\n');
  const text = firstLine || (error as NodeJS.ErrnoException).code || error.name;
  return (isAppError(error) ? `${text} (${error.reason})` : text).slice(0, longestLine);
}
