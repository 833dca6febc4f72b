import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import path from 'node:path';
import { transformSync } from '@swc/core';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const run = promisify(execFile);
const folder = mkdtempSync(path.join(__dirname, '..', 'node_modules', '.register-test-'));

// A child process cannot read TypeScript sources as jest does, so it gets this package compiled beside its sources.
beforeAll(() => {
  for (const file of readdirSync(__dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
    const { code } = transformSync(readFileSync(path.join(__dirname, file), 'utf8'), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
      module: { type: 'commonjs' },
    });
    writeFileSync(path.join(folder, file.replace(/\.ts$/, '.js')), code.replaceAll('@linli/errors', './errors'));
  }
  writeFileSync(path.join(folder, 'errors.js'), 'exports.isAppError = () => false;');
  writeFileSync(
    path.join(folder, 'main.js'),
    `const { withSpan, currentTraceparent, flushTraces } = require('./tracing');
     withSpan('outer', {}, async () => console.log(currentTraceparent())).then(flushTraces);`,
  );
});

afterAll(() => rmSync(folder, { recursive: true }));

async function runMain(env: Record<string, string>): Promise<string> {
  const { stdout } = await run(process.execPath, ['--require', './register.js', './main.js'], { cwd: folder, env });
  return stdout.trim();
}

async function collector(): Promise<{ server: Server; url: string; bodies: Buffer[] }> {
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
    expect(await runMain({})).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
  });

  it('exports spans over OTLP when an endpoint is named', async () => {
    const { server, url, bodies } = await collector();
    const traceparent = await runMain({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SERVICE_NAME: 'requests' });
    await new Promise((resolve) => server.close(resolve));
    expect(traceparent).toMatch(/-01$/);
    const sent = Buffer.concat(bodies);
    expect(sent.includes('outer') && sent.includes('requests')).toBe(true);
    expect(sent.includes(Buffer.from(traceparent.split('-')[1] ?? 'none', 'hex'))).toBe(true);
  });

  it('samples no trace at ratio 0', async () => {
    const { server, url, bodies } = await collector();
    await runMain({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_TRACES_SAMPLER_ARG: '0' });
    await new Promise((resolve) => server.close(resolve));
    expect(bodies).toEqual([]);
  });

  it('can be switched off', async () => {
    expect(await runMain({ OTEL_SDK_DISABLED: 'true' })).toBe('undefined');
  });
});
