import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const fromSource = path.join(__dirname, '../../testing/from-source.cjs');
const main = `
  const { withSpan, currentTraceparent, flushTraces } = require('@linli/telemetry');
  withSpan('outer', {}, async () => console.log(currentTraceparent())).then(flushTraces);`;

/** The traceparent inside a span of a process that was started with `register`. */
async function traceparentOfProcess(env: Record<string, string>): Promise<string> {
  const args = ['--require', fromSource, '--require', path.join(__dirname, 'register.ts'), '--eval', main];
  const { stdout } = await run(process.execPath, args, { cwd: __dirname, env });
  return stdout.trim();
}

async function startCollector(): Promise<{ server: Server; url: string; bodies: Buffer[] }> {
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      bodies.push(Buffer.concat(chunks));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, bodies, url: `http://127.0.0.1:${port}` };
}

describe('register', () => {
  it('gives ids without an exporter, and records nothing', async () => {
    expect(await traceparentOfProcess({})).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
  });

  it('exports spans over OTLP when an endpoint is named', async () => {
    const { server, url, bodies } = await startCollector();
    const traceparent = await traceparentOfProcess({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SERVICE_NAME: 'requests' });
    await new Promise((resolve) => server.close(resolve));
    expect(traceparent).toMatch(/-01$/);
    const sent = Buffer.concat(bodies);
    expect(sent.includes('outer') && sent.includes('requests')).toBe(true);
    expect(sent.includes(Buffer.from(traceparent.split('-')[1] ?? 'none', 'hex'))).toBe(true);
  });

  it('samples no new trace at ratio 0', async () => {
    const { server, url, bodies } = await startCollector();
    await traceparentOfProcess({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_TRACES_SAMPLER_ARG: '0' });
    await new Promise((resolve) => server.close(resolve));
    expect(bodies).toEqual([]);
  });

  it('can be switched off', async () => {
    expect(await traceparentOfProcess({ OTEL_SDK_DISABLED: 'true' })).toBe('undefined');
  });
});
