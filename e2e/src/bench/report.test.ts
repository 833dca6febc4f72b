import { describeReport, isMet, round } from './report';

describe('a report', () => {
  it.each([
    [{ atMost: 300 }, 300, true],
    [{ atMost: 300 }, 300.1, false],
    [{ atLeast: 0.15 }, 0.15, true],
    [{ atLeast: 0.15 }, 0.149, false],
    [{}, 7, undefined],
  ])('of an aim %j says of %p that it is met: %p', (aim, value, met) => {
    expect(isMet({ name: 'x', unit: '', value, ...aim })).toBe(met);
  });

  it.each([
    [0, 0],
    [1234.56, 1235],
    [12.345, 12.3],
    [0.012345, 0.0123],
    [99.96, 100],
  ])('gives %p as %p', (value, shown) => {
    expect(round(value)).toBe(shown);
  });

  it('says plainly what was missed', () => {
    const lines = describeReport({ bench: 'lifecycle', conditions: { cases: 10 }, figures: [{ name: 'writes, p95', value: 412, unit: 'ms', atMost: 300 }] });
    expect(lines[0]).toBe('lifecycle: cases 10');
    expect(lines[1]).toMatch(/writes, p95 +412 ms +aim ≤ 300 +MISSED$/);
  });
});
