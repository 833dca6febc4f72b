import { coversUnit, type Caller } from '@linli/auth';
import { addDays, ruleSetAt } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { newId, type Tx } from '@linli/db';
import { alreadyExists, notFound } from '@linli/errors';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { assertVersion } from '../version';
import type { Brand } from './brand';
import { endVersions, insertBrand, insertVersion, lockBrand } from './store';

export interface PublishBrand extends Pick<Brand, 'unitId' | 'themeZh' | 'themeMn' | 'projects' | 'evidence' | 'validFrom'> {
  /** Of the version before it; 0 for the first. */
  readonly version: number;
}

/**
 * The next version; the one before it ends on the day this one begins, and stays to be read as it was. Versions that were to begin
 * that day or later are taken back.
 * @throws not_found UNIT_NOT_FOUND, BRAND_NOT_FOUND; already_exists BRAND_EXISTS; aborted VERSION_STALE; failed_precondition
 *   UNIT_CLOSED; invalid_argument for a unit that is no community or a day further ahead than the rule allows.
 */
export async function publishBrand(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: PublishBrand): Promise<Brand> {
  return deps.db.withTenant(caller, async (tx) => {
    const unit = await holdUnitOpen(tx, input.unitId, today(deps));
    if (!coversUnit(caller, 'organization.brand.write', unit.path)) throw unitNotFound();
    if (unit.kind !== 'community') throw violation('unit_id', 'misplaced');
    const { limit } = await ruleSetAt(tx, 'organization.brand_ahead', today(deps));
    if (input.validFrom > addDays(today(deps), limit.amount)) throw violation('valid_from', 'too_late');
    const before = await lockBrand(tx, unit.id);
    const brand = input.version === 0 ? first(deps, { input, unitPath: unit.path, before }) : await next(tx, input, before);
    if (before === undefined) await insertBrand(tx, brand);
    await insertVersion(tx, brand);
    const { id, unitId, unitPath, version, validFrom } = brand;
    const payload = organization.BrandPublished.fromPartial({ brandId: id, unitId, validFrom });
    const entry = { threadId: id, unitPath, at: deps.now(), code: 'published', facts: { valid_from: validFrom } };
    await recordChanges(tx, caller, [{ action: 'brand.publish', objectType: 'brand', id, version, event: 'BrandPublished', payload, entry }]);
    return brand;
  });
}

function first(deps: Pick<Deps, 'now'>, { input, unitPath, before }: { readonly input: PublishBrand; readonly unitPath: string; readonly before: Brand | undefined }): Brand {
  if (before !== undefined) throw alreadyExists('BRAND_EXISTS', 'the community has its brand');
  return { ...input, id: newId(deps.now().getTime()), unitPath, validTo: undefined, version: 1 };
}

async function next(tx: Tx, input: PublishBrand, before: Brand | undefined): Promise<Brand> {
  if (before === undefined) throw notFound('BRAND_NOT_FOUND', 'the community has no brand yet');
  assertVersion(before, input.version);
  await endVersions(tx, before.id, input.validFrom);
  return { ...input, id: before.id, unitPath: before.unitPath, validTo: undefined, version: before.version + 1 };
}
