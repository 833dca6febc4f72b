import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withLock } from '../lock.mjs';

describe('the install lock', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'linli-lock-'));
  const file = path.join(folder, 'install.lock');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is taken over from a launch that was killed', async () => {
    writeFileSync(file, JSON.stringify({ pid: spawnSync('true').pid, started: 'long ago' }));
    const said: string[] = [];
    await expect(withLock(file, () => Promise.resolve('done'), (line) => said.push(line))).resolves.toBe('done');
    expect(said).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });

  it('is taken over when another process has the pid of the dead one', async () => {
    writeFileSync(file, JSON.stringify({ pid: process.pid, started: 'before this process' }));
    await expect(withLock(file, () => Promise.resolve('done'), () => undefined)).resolves.toBe('done');
  });

  it('is taken over when it was cut short while being written', async () => {
    writeFileSync(file, '');
    await expect(withLock(file, () => Promise.resolve('done'), () => undefined)).resolves.toBe('done');
  });

  it('is given back when the work fails', async () => {
    await expect(withLock(file, () => Promise.reject(new Error('no network')), () => undefined)).rejects.toThrow('no network');
    expect(existsSync(file)).toBe(false);
  });

  it('lets one process at a time in', () => {
    const program = path.join(__dirname, 'programs/take-turns.mjs');
    const log = path.join(folder, 'turns');
    const shell = Array.from({ length: 5 }, () => `"${process.execPath}" "${program}" "${file}" "${log}" &`).join('\n');
    const { status, stderr } = spawnSync('/bin/sh', ['-c', `${shell}\nwait\ncat "${log}"`], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const turns = spawnSync('cat', [log], { encoding: 'utf8' }).stdout.trim().split('\n');
    expect(turns).toEqual(Array.from({ length: 5 }, () => ['in', 'out']).flat());
  });
});
