import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@linli/testing';
import { freePort } from '../src/free-port';

const root = path.join(__dirname, '../..');
const launcher = path.join(root, 'infra/local/launch.mjs');
const run = promisify(execFile);

interface RunRecord {
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
}

let data: string;
let port: number;
const started: ChildProcess[] = [];

beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'linli-start-'));
  await chmod(data, 0o755); // root's PostgreSQL runs as another user, who must reach it
  port = await freePort();
});

afterAll(async () => {
  for (const child of started.filter((one) => one.exitCode === null)) child.kill('SIGTERM');
  await rm(data, { recursive: true, force: true });
});

/** `npm start` as a person types it, with its own data. Resolves once it says that it is ready. */
async function start(): Promise<{ child: ChildProcess; output: () => string; ended: Promise<number | null> }> {
  const child = spawn(process.execPath, [launcher, 'start', '--data', data, '--port', String(port)], {
    env: { ...process.env, DATABASE_URL: '', KAFKA_BROKERS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const early = ended.then((code) => {
    throw new Error(`npm start ended with code ${code}:\n${text}`);
  });
  early.catch(() => undefined);
  await Promise.race([early, eventually(() => expect(text).toContain('Linli is ready'), { timeoutMs: 120_000, everyMs: 100 })]);
  return { child, output: () => text, ended };
}

async function processes(): Promise<RunRecord['processes']> {
  return (JSON.parse(await readFile(path.join(data, 'run.json'), 'utf8')) as RunRecord).processes;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function expectNoneOf(pids: readonly number[]): Promise<void> {
  await eventually(() => expect(pids.filter(isAlive)).toEqual([]), { timeoutMs: 20_000 });
}

describe('npm start', () => {
  it('brings the platform up on empty data, plays the demo on it, and leaves nothing behind on SIGTERM', async () => {
    const { child, output, ended } = await start();
    const pids = (await processes()).map(({ pid }) => pid);
    expect(pids.length).toBeGreaterThanOrEqual(7);
    const megabytes = Number(/services and gateway together (\d+) MB/.exec(output())?.[1]);
    expect(megabytes).toBeGreaterThan(0);
    expect(megabytes).toBeLessThan(900);

    const { stdout } = await run(process.execPath, [launcher, 'demo', '--data', data], { maxBuffer: 8 * 1024 * 1024 });
    expect(stdout).toContain('演示完成，全部成立。');
    expect(stdout).toContain('✓ 每个事件恰好一次，按版本顺序，没有缺口');
    const audit = await run(process.execPath, [launcher, 'linli', '--data', data, 'audit', 'verify']);
    expect(audit.stdout).toContain('requests: the audit chains are whole');

    const second = run(process.execPath, [launcher, 'start', '--data', data, '--port', String(port)]);
    await expect(second).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(`Linli already runs on ${data}`) });

    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    await expectNoneOf(pids);
  }, 240_000);

  it('says in one line which service crashed, stops the rest, and starts again on the same data', async () => {
    const first = await start();
    const before = await processes();
    const requests = before.find(({ name }) => name === 'requests');
    process.kill(requests?.pid ?? 0, 'SIGKILL');
    expect(await first.ended).toBe(1);
    expect(first.output()).toMatch(/linli: requests was killed by SIGKILL/);
    await expectNoneOf(before.map(({ pid }) => pid));

    const second = await start();
    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect(await page.text()).toContain('邻里');
    const pids = (await processes()).map(({ pid }) => pid);
    second.child.kill('SIGINT');
    expect(await second.ended).toBe(0);
    await expectNoneOf(pids);
  }, 240_000);

  it('refuses a port that is in use in one line', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    const refused = run(process.execPath, [launcher, 'start', '--data', data, '--port', String(port)]);
    await expect(refused).rejects.toMatchObject({ code: 1 });
    const { stderr } = (await refused.catch((error: unknown) => error)) as { stderr: string };
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(String(port));
    await new Promise((resolve) => taken.close(resolve));
  }, 60_000);
});
