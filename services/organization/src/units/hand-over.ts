import type { Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import type { Deps } from '../deps';
import { endCommittees } from '../committees/end-committees';
import { endCovenants } from '../covenants/end-covenants';
import { moveBranches } from '../coverage/move-branches';
import { endReportsAt } from '../dual-reports/change-dual-report';
import { moveDuty } from '../duty/move-duty';
import { moveGrants } from '../grants/move-grants';
import { movePosts } from '../staff/move-posts';
import { moveWork } from '../work/store';
import { moveMatters } from './move-matters';
import type { Unit } from './unit';

/** A unit that ends, and the one that takes over. */
export interface Succession {
  readonly unit: Unit;
  readonly successor: Unit;
}

/**
 * What hangs on units that end goes on at their successors: posts, the roles given there, duty, what is dealt with there, and
 * the work that waits. A role goes to a unit of the same kind only, for at a unit above it would reach further than whoever gave
 * it meant.
 */
export async function handOver(
  deps: Pick<Deps, 'now' | 'calendar'>,
  tx: Tx,
  { caller, ended, day }: { readonly caller: Caller; readonly ended: readonly Succession[]; readonly day: LocalDate },
): Promise<void> {
  const now = deps.now();
  const targets = new Map(ended.map(({ unit, successor }) => [unit.id, successor]));
  const alike = new Map(ended.filter(({ unit, successor }) => unit.kind === successor.kind).map(({ unit, successor }) => [unit.id, successor]));
  const staffIds = await movePosts(tx, caller, { targets, day, now });
  await moveGrants(tx, caller, { targets: alike, now });
  await moveBranches(tx, caller, { ended, day, now });
  await moveDuty(deps, tx, { caller, ended, staffIds });
  await moveMatters(tx, ended);
  const unitIds = [...targets.keys()];
  await endCommittees(tx, caller, { unitIds, day, now });
  await endCovenants(tx, { unitIds, now });
  await endReportsAt(tx, caller, { unitIds, day, now });
  await moveWork(tx, targets);
}
