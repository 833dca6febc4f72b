import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@linli/testing';
import { isRunning } from '../identity.mjs';
import { choosePorts } from '../ports.ts';
import type { RunRecord } from '../run-file.ts';

const launch = path.join(__dirname, '../launch.mjs');
const minutes = 60_000;

interface Launched {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly end: Promise<number | null>;
}

describe('npm start', () => {
  const data = mkdtempSync(path.join(tmpdir(), 'linli-start-'));
  chmodSync(data, 0o755); // root's PostgreSQL, which runs as nobody, keeps its data here too
  const runFile = path.join(data, 'run.json');
  let gateway = '';
  let options: string[] = [];

  beforeAll(async () => {
    const { port } = await choosePorts(['port']);
    gateway = `http://127.0.0.1:${port}`;
    options = ['--data', data, '--port', String(port)];
  });
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  function run(script: string, ...args: string[]): Launched {
    // Its own servers, whatever the tests use.
    const { DATABASE_URL: _database, KAFKA_BROKERS: _brokers, ...env } = process.env;
    const child = spawn(process.execPath, [launch, script, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return { child, output: () => output, end: new Promise((resolve) => child.on('close', resolve)) };
  }

  async function startPlatform(): Promise<Launched & { record: RunRecord }> {
    const launched = run('start', ...options);
    const early = launched.end.then((code) => {
      throw new Error(`it ended with ${code}:\n${launched.output()}`);
    });
    const ready = eventually(() => expect(launched.output()).toContain('Linli is ready'), { timeoutMs: 3 * minutes, everyMs: 100 });
    await Promise.race([ready, early]);
    early.catch(() => undefined);
    return { ...launched, record: JSON.parse(readFileSync(runFile, 'utf8')) as RunRecord };
  }

  function expectNothingLeft({ processes }: RunRecord): void {
    expect(processes.filter((one) => isRunning(one)).map(({ name }) => name)).toEqual([]);
    expect(existsSync(runFile)).toBe(false);
  }

  it(
    'serves two offices, is known to the operator, and stops everything in order on SIGTERM',
    async () => {
      const platform = await startPlatform();
      expect((await fetch(`${gateway}/openapi.json`)).status).toBe(200);
      const tenants = run('linli', '--data', data, 'tenant', 'list');
      expect(await tenants.end).toBe(0);
      expect(tenants.output()).toMatch(/baihe .*\n.*xingsheng /);
      const second = run('start', ...options);
      expect(await second.end).toBe(1);
      expect(second.output()).toContain(`Linli already runs on ${data}`);
      platform.child.kill('SIGTERM');
      expect(await platform.end).toBe(0);
      expectNothingLeft(platform.record);
    },
    4 * minutes,
  );

  it(
    'starts again on its data, and stops everything when one service crashes',
    async () => {
      const platform = await startPlatform();
      const residents = platform.record.processes.find(({ name }) => name === 'residents');
      process.kill(residents?.pid ?? 0, 'SIGKILL');
      expect(await platform.end).toBe(1);
      expect(platform.output()).toContain('residents was killed by SIGKILL');
      expectNothingLeft(platform.record);
    },
    4 * minutes,
  );
});
