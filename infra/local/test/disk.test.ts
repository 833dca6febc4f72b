import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { choosePorts } from '../ports.ts';

const launch = path.join(__dirname, '../launch.mjs');
const disk = mkdtempSync(path.join(tmpdir(), 'linli-disk-'));
const isSmall = process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'linli-disk', disk]).status === 0;

describe('a disk without room (needs root on Linux)', () => {
  afterAll(() => {
    if (isSmall) spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });

  (isSmall ? it : it.skip)('is named in one line with the way around it, before anything is written there', async () => {
    const { gateway } = await choosePorts(['gateway']);
    const data = path.join(disk, 'data');
    const { status, stderr } = spawnSync(process.execPath, [launch, 'start', '--data', data, '--port', String(gateway)], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `linli: the disk of ${data} has 0.1 GB free and Linli needs 1: make room, or choose another place with \`npm start -- --data DIR\`\n`,
    });
    expect(readdirSync(data)).toEqual([]);
  });
});
