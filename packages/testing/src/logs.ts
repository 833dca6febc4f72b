import { Writable } from 'node:stream';
import { createLogger, type Logger } from '@linli/telemetry';

export function silentLogger(): Logger {
  return createLogger('test', { level: 'silent' });
}

/** A logger and the lines it wrote, parsed. */
export function captureLogger(): { log: Logger; lines: Record<string, unknown>[]; text(): string } {
  const chunks: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return {
    log: createLogger('test', { level: 'debug', destination }),
    get lines() {
      return chunks.join('').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    text: () => chunks.join(''),
  };
}
