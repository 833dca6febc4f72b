import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { fundEntryKinds, fundStates, type FundEntry, type FundRaise } from './fund-raise';
import { balanceOf } from './rules';
import type { PublicFund } from './store';

export const stateOnWire = wireEnum('FUND_STATE', organization.FundState, fundStates);
export const entryKindOnWire = wireEnum('FUND_ENTRY_KIND', organization.FundEntryKind, fundEntryKinds);

function entryToWire(entry: FundEntry): organization.FundEntry {
  return { ...entry, kind: entryKindOnWire.toWire(entry.kind) };
}

export function fundToWire(fund: FundRaise, entries: readonly FundEntry[] = []): organization.FundRaise {
  return { ...fund, state: stateOnWire.toWire(fund.state), balanceFen: balanceOf(fund), entries: entries.map(entryToWire), threadId: fund.decisionId };
}

export function publicToWire(fund: PublicFund, entries: readonly FundEntry[] = []): organization.PublicFundRaise {
  return { ...fund, state: stateOnWire.toWire(fund.state), balanceFen: balanceOf(fund), entries: entries.map(entryToWire) };
}
