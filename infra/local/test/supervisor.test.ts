import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@linli/testing';
import { startOf } from '../identity.mjs';

interface Supervised {
  readonly supervisor: ChildProcess;
  readonly journal: () => string[];
  readonly pidOf: (name: string) => number;
  readonly end: Promise<{ code: number | null; output: string }>;
}

describe('the supervisor', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  async function supervise(...behaviours: string[]): Promise<Supervised> {
    const folder = mkdtempSync(path.join(tmpdir(), 'linli-supervisor-'));
    folders.push(folder);
    const program = path.join(__dirname, 'programs/supervise.mjs');
    const supervisor = spawn(process.execPath, [program, folder, ...behaviours], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    supervisor.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const end = new Promise<{ code: number | null; output: string }>((resolve) => {
      supervisor.on('close', (code) => resolve({ code, output }));
    });
    const file = path.join(folder, 'journal');
    const journal = () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);
    const pidOf = (name: string) => Number(/ (\d+)$/.exec(journal().find((line) => line.startsWith(`${name} started`)) ?? '')?.[1]);
    await eventually(() => expect(journal().filter((line) => /^(gateway|requests|postgres) started/.test(line))).toHaveLength(3));
    return { supervisor, journal, pidOf, end };
  }

  function expectAllGone({ pidOf }: Supervised): void {
    const alive = ['gateway', 'requests', 'postgres'].filter((name) => startOf(pidOf(name)) !== undefined);
    expect(alive).toEqual([]);
  }

  function stops(lines: string[]): string[] {
    return lines.filter((line) => line.endsWith('stopped'));
  }

  it.each(['SIGTERM', 'SIGINT'] as const)('stops every child in order on %s and ends with 0', async (signal) => {
    const run = await supervise();
    run.supervisor.kill(signal);
    expect(await run.end).toEqual({ code: 0, output: '' });
    expect(stops(run.journal())).toEqual(['gateway stopped', 'requests stopped', 'postgres stopped']);
    expectAllGone(run);
  });

  it('stops the others when one child crashes, says which, and ends with 1', async () => {
    const run = await supervise();
    process.kill(run.pidOf('requests'), 'SIGKILL');
    expect(await run.end).toEqual({ code: 1, output: 'requests was killed by SIGKILL\n' });
    expect(stops(run.journal())).toEqual(['gateway stopped', 'postgres stopped']);
    expectAllGone(run);
  });

  it('kills a child that does not stop in its time, with whatever that child started', async () => {
    const run = await supervise('deaf');
    await eventually(() => expect(run.pidOf('child')).toBeGreaterThan(0));
    run.supervisor.kill('SIGTERM');
    expect((await run.end).code).toBe(0);
    expectAllGone(run);
    expect(startOf(run.pidOf('child'))).toBeUndefined();
  });

  it('leaves no child behind when it is killed itself', async () => {
    const run = await supervise();
    run.supervisor.kill('SIGKILL');
    await run.end;
    await eventually(() => expectAllGone(run));
    expect(stops(run.journal())).toEqual(['gateway stopped', 'requests stopped', 'postgres stopped']);
  });
});
