import { judge, type Verdict } from './check';
import { measure } from './latency';
import { ledgerGroup } from './ledger';
import { sparedClient } from './observer';
import { isKept } from './report';

const verdicts: readonly Verdict[] = judge([]);
const good = { verdicts, isDrained: true, timing: { ...measure([]), changesPerSecond: 48, drainedAfter: 30_000 } };

describe('a run', () => {
  it('keeps every promise when nothing is found, the backlog goes in time and the load was there', () => {
    expect(isKept(good, { rate: 50 })).toBe(true);
  });

  it.each<[string, Partial<typeof good>]>([
    ['something is found', { verdicts: verdicts.map((verdict) => (verdict.name === 'gap' ? { ...verdict, found: ['A v2 came first'] } : verdict)) }],
    ['something never arrives', { isDrained: false }],
    ['the backlog is there for longer than is promised', { timing: { ...good.timing, drainedAfter: 30_001 } }],
    ['nearly nothing was written', { timing: { ...good.timing, changesPerSecond: 24 } }],
  ])('fails when %s', (_what, change) => {
    expect(isKept({ ...good, ...change }, { rate: 50 })).toBe(false);
  });

  it('spares no client of the platform', () => {
    expect(ledgerGroup.startsWith(sparedClient)).toBe(false);
  });
});
