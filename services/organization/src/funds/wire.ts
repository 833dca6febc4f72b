import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { toldOrNot } from '../small-figures';
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

/** From how many is told in public only where no gift is somebody's. */
function publicEntryToWire(entry: FundEntry): organization.FundEntry {
  return { ...entryToWire(entry), givers: toldOrNot(entry.givers) };
}

export function publicToWire(fund: PublicFund, entries: readonly FundEntry[] = []): organization.PublicFundRaise {
  return { ...fund, state: stateOnWire.toWire(fund.state), balanceFen: balanceOf(fund), entries: entries.map(publicEntryToWire) };
}
