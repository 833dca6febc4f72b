import { coversUnit, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { newId } from '@linli/db';
import { alreadyExists, notFound } from '@linli/errors';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { toldOrNot } from '../small-figures';
import { getUnitPath } from '../units/get-unit-path';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { assertVersion } from '../version';
import type { DevelopmentCount } from './development-count';
import { findCount, lockCount, saveCount } from './development-store';

const read = 'organization.development.read';
const write = 'organization.development.write';

/**
 * Sets the numbers of a year; version 0 for the first. @throws not_found UNIT_NOT_FOUND; failed_precondition UNIT_CLOSED;
 * already_exists DEVELOPMENT_COUNT_EXISTS; not_found DEVELOPMENT_COUNT_NOT_FOUND; aborted VERSION_STALE.
 */
export async function recordDevelopmentCount(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: DevelopmentCount): Promise<DevelopmentCount> {
  const { unitId, year } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const unit = await holdUnitOpen(tx, unitId, today(deps));
    if (!coversUnit(caller, write, unit.path)) throw unitNotFound();
    const found = await lockCount(tx, input);
    if (input.version === 0 && found !== undefined) throw alreadyExists('DEVELOPMENT_COUNT_EXISTS', 'the year is counted');
    if (input.version !== 0 && found === undefined) throw countNotFound();
    if (found !== undefined) assertVersion(found, input.version);
    const count = { ...input, version: input.version + 1 };
    const at = deps.now();
    const id = found?.id ?? newId(at.getTime());
    await saveCount(tx, id, count);
    const payload = organization.DevelopmentCountRecorded.fromPartial({ unitId, year });
    // Told in the thread of the unit, without the numbers: those are for whoever keeps them.
    const entry = { threadId: unitId, unitPath: unit.path, at, code: 'development_recorded', facts: { year: String(year) } };
    await recordChanges(tx, caller, [{ action: 'development.record', objectType: 'development', id, version: count.version, event: 'DevelopmentCountRecorded', payload, entry }]);
    return count;
  });
}

/** Fewer than five are shown to those who keep the numbers only. @throws not_found UNIT_NOT_FOUND, DEVELOPMENT_COUNT_NOT_FOUND. */
export async function getDevelopmentCount(deps: Pick<Deps, 'db'>, caller: Caller, asked: Pick<DevelopmentCount, 'unitId' | 'year'>): Promise<organization.DevelopmentCount> {
  return deps.db.withTenant(caller, async (tx) => {
    const path = await getUnitPath(tx, asked.unitId);
    if (!coversUnit(caller, read, path)) throw unitNotFound();
    const found = await findCount(tx, asked);
    if (found === undefined) throw countNotFound();
    const shown = (figure: number) => (coversUnit(caller, write, path) ? figure : toldOrNot(figure));
    return { ...asked, activists: shown(found.activists), admitted: shown(found.admitted), version: found.version };
  });
}

function countNotFound() {
  return notFound('DEVELOPMENT_COUNT_NOT_FOUND', 'nothing is counted for that year');
}
