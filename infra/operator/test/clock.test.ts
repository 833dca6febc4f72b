import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runClock } from '../src/clock';
import { printed } from './support';

const folder = mkdtempSync(path.join(tmpdir(), 'linli-clock-'));
const file = path.join(folder, 'clock');
const env = { LINLI_CLOCK: file };

afterAll(() => rmSync(folder, { recursive: true }));

describe('the simulated clock', () => {
  it('is moved forward by what was asked, and shown', async () => {
    writeFileSync(file, '1000\n');
    const shown = await printed(() => runClock(['advance', '36h'], env));
    expect(Number(readFileSync(file, 'utf8'))).toBe(1_000 + 36 * 3_600_000);
    expect(Math.abs(Date.parse(shown.trim()) - Date.now() - 36 * 3_600_000)).toBeLessThan(10_000);
    await printed(() => runClock(['show'], env));
    expect(Number(readFileSync(file, 'utf8'))).toBe(1_000 + 36 * 3_600_000);
  });

  it.each([
    [['advance', '-1d'], 'SPAN_MALFORMED'],
    [['advance'], 'SPAN_MALFORMED'],
    [['back', '1d'], 'ACTION_UNKNOWN'],
  ])('is left alone by %j', async (args, reason) => {
    const before = readFileSync(file, 'utf8');
    await expect(Promise.resolve().then(() => runClock(args, env))).rejects.toMatchObject({ reason });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('is not there when the platform goes by the real time', async () => {
    await expect(Promise.resolve().then(() => runClock(['show'], {}))).rejects.toMatchObject({ reason: 'CLOCK_IS_REAL' });
  });
});
