import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { FundEntry, FundRaise } from './fund-raise';

/** Also for one outside the caller's scope, which must look the same. */
export function fundRaiseNotFound(): AppError {
  return notFound('FUND_RAISE_NOT_FOUND', 'there is no such fund raise');
}

export function balanceOf({ raisedFen, spentFen }: Pick<FundRaise, 'raisedFen' | 'spentFen'>): number {
  return raisedFen - spentFen;
}

/** The accounts with one entry more. @throws failed_precondition FUND_RAISE_CLOSED, FUND_BALANCE_SHORT { balance }. */
export function book(fund: FundRaise, entry: Omit<FundEntry, 'number'>): { readonly fund: FundRaise; readonly entry: FundEntry } {
  if (fund.state === 'closed') throw failedPrecondition('FUND_RAISE_CLOSED', 'the accounts are closed');
  const income = entry.kind === 'income';
  if (!income && entry.amountFen > balanceOf(fund)) {
    throw failedPrecondition('FUND_BALANCE_SHORT', 'no more is spent than is there', { details: { balance: String(balanceOf(fund)) } });
  }
  const number = fund.entries + 1;
  const sums = income ? { raisedFen: fund.raisedFen + entry.amountFen } : { spentFen: fund.spentFen + entry.amountFen };
  return { fund: { ...fund, ...sums, entries: number, version: fund.version + 1 }, entry: { ...entry, number } };
}

/** @throws failed_precondition FUND_RAISE_CLOSED, FUND_BALANCE_LEFT { balance }. */
export function close(fund: FundRaise): FundRaise {
  if (fund.state === 'closed') throw failedPrecondition('FUND_RAISE_CLOSED', 'the accounts are closed');
  if (balanceOf(fund) > 0) throw failedPrecondition('FUND_BALANCE_LEFT', 'what is left is spent or given back first', { details: { balance: String(balanceOf(fund)) } });
  return { ...fund, state: 'closed', version: fund.version + 1 };
}
