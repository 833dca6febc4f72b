import { coversUnit, unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { readUnitCode } from '../fields';
import { getPublicPath } from '../units/get-public-path';
import type { FundEntry, FundRaise } from './fund-raise';
import { closeFund, openFund, permissions, recordEntry, withdrawFundWords, type FundRef } from './keep-fund';
import { fundRaiseNotFound } from './rules';
import { findFund, findPublicFund, listFundEntries, listFunds, listPublicFunds } from './store';
import { entryKindOnWire, fundToWire, publicToWire, stateOnWire } from './wire';

/** Of the accounts, in the answer to a change. */
const lastEntries = 20;

type Service = organization.FundServiceImplementation<RpcContext>;

export function fundService(deps: Deps): Service {
  return { ...keeping(deps), ...reading(deps) };
}

function keeping(deps: Deps): Pick<Service, 'openFundRaise' | 'recordFundEntry' | 'closeFundRaise' | 'withdrawFundWords'> {
  return {
    async openFundRaise(request, { caller }) {
      const fund = await openFund(deps, caller, {
        request: requestKey(caller, organization.OpenFundRaiseRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        decisionId: readUuid(request.decisionId, 'decision_id'),
        titleZh: requireText(request.titleZh, 'title_zh', { max: 100 }),
      });
      return { fundRaise: fundToWire(fund) };
    },
    async recordFundEntry(request, { caller }) {
      return answer(deps, caller, await recordEntry(deps, caller, { ...readRef(request), ...readEntry(request, today(deps)) }));
    },
    async closeFundRaise(request, { caller }) {
      return answer(deps, caller, await closeFund(deps, caller, readRef(request)));
    },
    async withdrawFundWords(request, { caller }) {
      if (request.number < 1) throw violation('number', 'too_small');
      return answer(deps, caller, await withdrawFundWords(deps, caller, { ...readRef(request), number: request.number }));
    },
  };
}

function reading(deps: Deps): Pick<Service, 'getFundRaise' | 'listFundRaises' | 'getPublicFundRaise' | 'listPublicFundRaises'> {
  return {
    async getFundRaise(request, { caller }) {
      const page = readEntryPage(deps, caller, request);
      return deps.db.withTenant(caller, async (tx) => {
        const fund = await findFund(tx, page.fundRaiseId);
        if (fund === undefined || !coversUnit(caller, permissions.read, fund.unitPath)) throw fundRaiseNotFound();
        const { entries, nextPageToken } = await page.read(tx);
        return { fundRaise: fundToWire(fund, entries), nextPageToken };
      });
    },
    async listFundRaises(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const state = stateOnWire.fromWireOrNone(request.state, 'state');
      const context = { list: 'fund_raises', tenant: caller.tenantId, caller: caller.subject, state };
      const beforeId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const found = await deps.db.withTenant(caller, (tx) => listFunds(tx, { scopes: unitScopes(caller, permissions.read), state, beforeId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { fundRaises: shown.map((fund) => fundToWire(fund)), nextPageToken };
    },
    async getPublicFundRaise(request, { caller }) {
      const page = readEntryPage(deps, caller, request);
      return deps.db.withTenant(caller, async (tx) => {
        const fund = await findPublicFund(tx, page.fundRaiseId);
        if (fund === undefined) throw fundRaiseNotFound();
        const { entries, nextPageToken } = await page.read(tx);
        return { fundRaise: publicToWire(fund, entries), nextPageToken };
      });
    },
    async listPublicFundRaises(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const unitCode = readUnitCode(request);
      const context = { list: 'public_fund_raises', tenant: caller.tenantId, caller: caller.subject, unitCode };
      const beforeId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const found = await deps.db.withTenant(caller, async (tx) => listPublicFunds(tx, { under: await getPublicPath(tx, unitCode, today(deps)), beforeId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { fundRaises: shown.map((fund) => publicToWire(fund)), nextPageToken };
    },
  };
}

async function answer(deps: Pick<Deps, 'db'>, caller: Caller, fund: FundRaise): Promise<{ fundRaise: organization.FundRaise }> {
  return { fundRaise: fundToWire(fund, await deps.db.withTenant(caller, (tx) => listFundEntries(tx, { fundRaiseId: fund.id, limit: lastEntries }))) };
}

/** Which page of the accounts is asked for, and how to read it. */
function readEntryPage(deps: Pick<Deps, 'pages'>, caller: Caller, request: { readonly fundRaiseId: string; readonly pageSize: number; readonly pageToken: string }) {
  const fundRaiseId = readUuid(request.fundRaiseId, 'fund_raise_id');
  const limit = compactLimit(request.pageSize);
  const context = { list: 'fund_entries', tenant: caller.tenantId, caller: caller.subject, fundRaiseId };
  const position = deps.pages.read(request.pageToken, context)?.[0];
  async function read(tx: Tx): Promise<{ entries: FundEntry[]; nextPageToken: string }> {
    const found = await listFundEntries(tx, { fundRaiseId, before: position == null ? undefined : Number(position), limit: limit + 1 });
    const { shown: entries, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ number }) => [number] });
    return { entries, nextPageToken };
  }
  return { fundRaiseId, read };
}

function readRef(request: { readonly fundRaiseId: string; readonly version: number }): FundRef {
  return { fundRaiseId: readUuid(request.fundRaiseId, 'fund_raise_id'), version: request.version };
}

/** An income has a number of givers and no words, so that nobody is named; what goes out has words and no givers. */
function readEntry(request: organization.RecordFundEntryRequest, day: string): Omit<FundEntry, 'number'> {
  const kind = entryKindOnWire.fromWire(request.kind, 'kind');
  const { amountFen, givers } = request;
  if (!Number.isSafeInteger(amountFen) || amountFen > 1_000_000_000_000) throw violation('amount_fen', 'too_large');
  if (amountFen < 1) throw violation('amount_fen', 'too_small');
  const income = kind === 'income';
  if (income && givers < 1) throw violation('givers', 'too_small');
  if (!income && givers !== 0) throw violation('givers', 'unknown');
  if (income && request.purposeZh !== '') throw violation('purpose_zh', 'unknown');
  const purposeZh = income ? '' : requireText(request.purposeZh, 'purpose_zh', { max: 200 });
  return { kind, onDay: readDay(request.onDay, 'on_day', day), amountFen, givers, purposeZh, wordsWithdrawn: false };
}
