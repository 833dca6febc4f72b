import fc from 'fast-check';
import type { FundRaise } from './fund-raise';
import { balanceOf, book, close } from './rules';

const at = new Date(0);
const fund: FundRaise = { id: 'f', unitId: 'u', unitPath: '/u/', decisionId: 'd', titleZh: '路灯', state: 'open', raisedFen: 0, spentFen: 0, entries: 0, createdAt: at, updatedAt: at, version: 1 };
const entry = { onDay: '2026-11-24', givers: 0, purposeZh: '', wordsWithdrawn: false };

describe('accounts', () => {
  it('never show less than nothing, and always the sum of their entries', () => {
    const entries = fc.array(fc.record({ kind: fc.constantFrom('income' as const, 'expense' as const, 'returned' as const), amountFen: fc.integer({ min: 1, max: 1_000_000 }) }));
    fc.assert(
      fc.property(entries, (list) => {
        let state = fund;
        let sum = 0;
        for (const one of list) {
          try {
            state = book(state, { ...entry, ...one }).fund;
            sum += one.kind === 'income' ? one.amountFen : -one.amountFen;
          } catch (error) {
            expect(error).toMatchObject({ reason: 'FUND_BALANCE_SHORT', details: { balance: String(sum) } });
          }
          expect(balanceOf(state)).toBe(sum);
          expect(sum).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('close when nothing is left, and then stay as they are', () => {
    const { fund: given } = book(fund, { ...entry, kind: 'income', amountFen: 5, givers: 1 });
    expect(() => close(given)).toThrow(expect.objectContaining({ reason: 'FUND_BALANCE_LEFT', details: { balance: '5' } }));
    const closed = close(book(given, { ...entry, kind: 'returned', amountFen: 5 }).fund);
    expect(closed.state).toBe('closed');
    for (const again of [() => close(closed), () => book(closed, { ...entry, kind: 'income', amountFen: 1 })]) expect(again).toThrow(expect.objectContaining({ reason: 'FUND_RAISE_CLOSED' }));
  });
});
