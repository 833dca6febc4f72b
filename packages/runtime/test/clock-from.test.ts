import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@linli/testing';
import { clockFrom, readClock, setClock } from '../src/clock-from';

const hour = 3_600_000;
const folder = mkdtempSync(path.join(tmpdir(), 'linli-clock-'));
const file = path.join(folder, 'clock');

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function aheadOf(now: () => Date): number {
  return Math.round((now().getTime() - Date.now()) / 1_000) * 1_000;
}

describe('the clock of a process', () => {
  it('is the real one without a file', () => {
    expect(aheadOf(clockFrom(''))).toBe(0);
  });

  it('follows its file while it runs, forwards and back, and runs on when the file is broken', async () => {
    setClock(file, 5 * hour);
    const [one, other] = [clockFrom(file), clockFrom(file)];
    expect([aheadOf(one), aheadOf(other)]).toEqual([5 * hour, 5 * hour]);
    setClock(file, -hour);
    await eventually(() => expect([aheadOf(one), aheadOf(other)]).toEqual([-hour, -hour]));
    writeFileSync(file, 'soon');
    expect(() => readClock(file)).toThrow('whole number');
    expect(aheadOf(one)).toBe(-hour);
    setClock(file, 24 * hour);
    await eventually(() => expect(aheadOf(one)).toBe(24 * hour));
  });

  it('refuses a file that is not there or holds no number', () => {
    expect(() => clockFrom(path.join(folder, 'none'))).toThrow('ENOENT');
    writeFileSync(path.join(folder, 'bad'), '1e3');
    expect(() => clockFrom(path.join(folder, 'bad'))).toThrow('whole number');
  });
});
