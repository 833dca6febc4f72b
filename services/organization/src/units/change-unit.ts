import { coversUnit, type Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges, type Change } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { assertVersion } from '../version';
import { handOver, type Succession } from './hand-over';
import { assertMaySucceed, assertNoPosts, assertNotRoot, assertOpen, assertStays, close, rename, unitNotFound } from './rules';
import { countHeld, lockUnit, saveClosed, saveRenamed, shareUnit } from './store';
import type { Unit } from './unit';

interface UnitRef {
  readonly unitId: string;
  readonly version: number;
}

interface CloseUnit extends UnitRef {
  readonly validTo: LocalDate;
  /** Undefined: the unit above. */
  readonly successorId: string | undefined;
}

const permission = 'organization.unit.write';

/** From today on. Names that are the same already change nothing. @throws not_found, aborted VERSION_STALE, failed_precondition UNIT_CLOSED, UNIT_IN_PLAN. */
export async function renameUnit(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: UnitRef & Pick<Unit, 'nameZh' | 'nameMn'>): Promise<Unit> {
  const day = today(deps);
  return deps.db.withTenant(caller, async (tx) => {
    const unit = await lockUnitForChange(tx, caller, { ...input, day });
    if (unit.nameZh === input.nameZh && unit.nameMn === input.nameMn) return unit;
    const renamed = rename(unit, { nameZh: input.nameZh, nameMn: input.nameMn }, day);
    await saveRenamed(tx, renamed, day);
    await recordChanges(tx, caller, [unitRenamed(renamed, deps.now())]);
    return renamed;
  });
}

/**
 * What waits at the unit goes to its successor, or to the unit above; posts only to a successor that was named.
 * @throws not_found, aborted VERSION_STALE, invalid_argument for any day but today, failed_precondition of `close`, UNIT_HAS_POSTS,
 * SUCCESSOR_MISPLACED.
 */
export async function closeUnit(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, input: CloseUnit): Promise<Unit> {
  const day = today(deps);
  return deps.db.withTenant(caller, async (tx) => {
    const unit = await lockUnitForChange(tx, caller, { ...input, day });
    if (input.validTo > day) throw violation('valid_to', 'in_future');
    // What earlier days were counted as stays so.
    if (input.validTo < day) throw violation('valid_to', 'in_past');
    assertNotRoot(unit);
    const held = await countHeld(tx, unit.id, day);
    const successor = await holdSuccessor(tx, caller, { unit, successorId: input.successorId, day });
    const closed = close(unit, { validTo: input.validTo, successorId: successor.id }, { held, day });
    if (input.successorId === undefined) assertNoPosts(held);
    await saveClosed(tx, closed);
    await recordChanges(tx, caller, [unitClosed({ unit: closed, successor }, deps.now())]);
    await handOver(deps, tx, { caller, ended: [{ unit: closed, successor }], day });
    return closed;
  });
}

export function unitRenamed({ id, path, version }: Unit, at: Date): Change {
  const payload = organization.UnitRenamed.fromPartial({ unitId: id });
  return { action: 'unit.rename', objectType: 'unit', id, version, event: 'UnitRenamed', payload, entry: { threadId: id, unitPath: path, at, code: 'renamed' } };
}

export function unitClosed({ unit: { id, path, version, validTo = '' }, successor }: Succession, at: Date): Change {
  const payload = organization.UnitClosed.fromPartial({ unitId: id, validTo, successorId: successor.id, successorPath: successor.path });
  const entry = { threadId: id, unitPath: path, at, code: 'closed', facts: { valid_to: validTo } };
  return { action: 'unit.close', objectType: 'unit', id, version, event: 'UnitClosed', payload, entry };
}

/** The unit in the version that the caller has seen. @throws not_found UNIT_NOT_FOUND, aborted VERSION_STALE, failed_precondition UNIT_CLOSED, UNIT_IN_PLAN. */
export async function lockUnitForChange(tx: Tx, caller: Caller, { unitId, version, day }: UnitRef & { readonly day: LocalDate }): Promise<Unit> {
  const unit = await lockUnit(tx, unitId, day);
  if (unit === undefined || !coversUnit(caller, permission, unit.path)) throw unitNotFound();
  assertVersion(unit, version);
  assertStays(unit, day);
  return unit;
}

/** The unit that takes over, which stays until this transaction ends. Of the unit above the caller needs no right: it is where things go by themselves. */
async function holdSuccessor(
  tx: Tx,
  caller: Caller,
  { unit, successorId, day }: { unit: Unit; successorId: string | undefined; day: LocalDate },
): Promise<Unit> {
  const successor = await shareUnit(tx, successorId ?? unit.parentId ?? '', day);
  if (successor === undefined) throw unitNotFound();
  if (successorId === undefined) return successor;
  if (!coversUnit(caller, permission, successor.path)) throw unitNotFound();
  assertMaySucceed(unit, successor);
  assertOpen(successor, day);
  assertStays(successor, day);
  return successor;
}
