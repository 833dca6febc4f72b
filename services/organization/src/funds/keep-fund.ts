import { coversUnit, type Caller } from '@linli/auth';
import type { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import { holdAdopted } from '../decisions/hold-adopted';
import type { Deps } from '../deps';
import { assertSaid } from '../threads/words';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { assertVersion } from '../version';
import type { FundEntry, FundRaise } from './fund-raise';
import { balanceOf, book, close, fundRaiseNotFound } from './rules';
import { eraseEntryWords, insertFund, insertFundEntry, listFundEntries, lockFund, updateFund } from './store';
import { entryKindOnWire } from './wire';

type Keeping = Pick<Deps, 'db' | 'now'>;

export const permissions = { read: 'organization.fund.read', keep: 'organization.fund.keep' } as const;

export interface OpenFund extends Pick<FundRaise, 'unitId' | 'decisionId' | 'titleZh'> {
  readonly request: RequestKey;
}

export interface FundRef {
  readonly fundRaiseId: string;
  readonly version: number;
}

/** By a decision on it that was adopted. @throws not_found UNIT_NOT_FOUND, DECISION_NOT_FOUND; failed_precondition UNIT_CLOSED, DECISION_NOT_ADOPTED; already_exists FUND_RAISE_EXISTS. */
export async function openFund(deps: Keeping, caller: Caller, input: OpenFund): Promise<FundRaise> {
  const { request, ...facts } = input;
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, permissions.keep, unit.path)) throw unitNotFound();
      await holdAdopted(tx, { decisionId: facts.decisionId, unitId: unit.id, subject: 'fund_raise' });
      const at = deps.now();
      const fund: FundRaise = { ...facts, id: newId(at.getTime()), unitPath: unit.path, state: 'open', raisedFen: 0, spentFen: 0, entries: 0, createdAt: at, updatedAt: at, version: 1 };
      await insertFund(tx, fund);
      await record(tx, { caller, after: fund }, { event: 'FundRaiseOpened', detail: { decisionId: fund.decisionId }, code: 'opened' });
      return fund;
    }),
  );
}

/** @throws AppError as `takeFund` and `book`; invalid_argument for a day to come. */
export async function recordEntry(deps: Keeping, caller: Caller, input: FundRef & Omit<FundEntry, 'number'>): Promise<FundRaise> {
  const { fundRaiseId, version, ...facts } = input;
  if (facts.onDay > today(deps)) throw violation('on_day', 'in_future');
  return deps.db.withTenant(caller, async (tx) => {
    const { fund, entry } = book(await takeFund(tx, caller, { fundRaiseId, version }), facts);
    const after = { ...fund, updatedAt: deps.now() };
    await updateFund(tx, after);
    await insertFundEntry(tx, fund.id, entry);
    const { number, kind, amountFen } = entry;
    const detail = { number, kind: entryKindOnWire.toWire(kind), amountFen, balanceFen: balanceOf(fund) };
    await record(tx, { caller, after }, { event: 'FundEntryRecorded', detail, code: kind, facts: { number: String(number), amount_fen: String(amountFen), balance_fen: String(balanceOf(fund)) } });
    return after;
  });
}

/** @throws AppError as `takeFund` and `close`. */
export async function closeFund(deps: Keeping, caller: Caller, ref: FundRef): Promise<FundRaise> {
  return deps.db.withTenant(caller, async (tx) => {
    const after = { ...close(await takeFund(tx, caller, ref)), updatedAt: deps.now() };
    await updateFund(tx, after);
    await record(tx, { caller, after }, { event: 'FundRaiseClosed', detail: { raisedFen: after.raisedFen }, code: 'closed', facts: { raised_fen: String(after.raisedFen) } });
    return after;
  });
}

/** What names a person goes; the entry stays, with its day and sum. @throws AppError as `takeFund` and `assertSaid`; invalid_argument for an entry that has no words. */
export async function withdrawFundWords(deps: Keeping, caller: Caller, { number, ...ref }: FundRef & { readonly number: number }): Promise<FundRaise> {
  return deps.db.withTenant(caller, async (tx) => {
    const fund = await takeFund(tx, caller, ref);
    const [entry] = await listFundEntries(tx, { fundRaiseId: fund.id, before: number + 1, limit: 1 });
    if (entry?.number !== number || entry.kind === 'income') throw violation('number', 'unknown');
    assertSaid(entry);
    const after = { ...fund, updatedAt: deps.now(), version: fund.version + 1 };
    await updateFund(tx, after);
    await eraseEntryWords(tx, fund.id, number);
    await record(tx, { caller, after }, { event: 'FundWordsWithdrawn', detail: { number }, code: 'words_withdrawn', facts: { number: String(number) } });
    return after;
  });
}

/** @throws not_found FUND_RAISE_NOT_FOUND; aborted VERSION_STALE. */
async function takeFund(tx: Tx, caller: Caller, { fundRaiseId, version }: FundRef): Promise<FundRaise> {
  const found = await lockFund(tx, fundRaiseId);
  if (found === undefined || !coversUnit(caller, permissions.keep, found.unitPath)) throw fundRaiseNotFound();
  assertVersion(found, version);
  return found;
}

interface Events {
  readonly FundRaiseOpened: organization.FundRaiseOpened;
  readonly FundEntryRecorded: organization.FundEntryRecorded;
  readonly FundWordsWithdrawn: organization.FundWordsWithdrawn;
  readonly FundRaiseClosed: organization.FundRaiseClosed;
}

interface Told<Name extends keyof Events> {
  readonly event: Name;
  readonly detail: Omit<Events[Name], 'fundRaiseId' | 'unitId'>;
  readonly code: string;
  readonly facts?: Readonly<Record<string, string>>;
}

async function record<Name extends keyof Events>(
  tx: Tx,
  { caller, after }: { readonly caller: Caller; readonly after: FundRaise },
  { event, detail, code, facts }: Told<Name>,
): Promise<void> {
  const { id, unitId, unitPath, decisionId, updatedAt: at, version } = after;
  const entry = { threadId: decisionId, unitPath, at, code: `fund_${code}`, ...(facts && { facts }) };
  await recordChanges(tx, caller, [{ action: `fund.${code}`, objectType: 'fund', id, version, event, payload: { fundRaiseId: id, unitId, ...detail }, entry }]);
}
