import { failedPrecondition, invalidArgument } from '@linli/errors';
import { isSameItem } from './same-item';

export const limitUnits = ['working_days', 'calendar_days', 'hours'] as const;
export const caseTypes = ['immediate', 'promise', 'joint', 'escalate'] as const;
/** `shared_data`: another authority's data that sharing provides, which must not be asked for. */
export const materialForms = ['original', 'copy', 'shared_data'] as const;

export type CaseType = (typeof caseTypes)[number];
export type MaterialForm = (typeof materialForms)[number];

export interface ItemLimit {
  readonly amount: number;
  readonly unit: (typeof limitUnits)[number];
}

export interface Material {
  readonly code: string;
  readonly nameZh: string;
  readonly form: MaterialForm;
  readonly required: boolean;
}

/** One version of an errand that the office takes on. Days are YYYY-MM-DD; `effectiveTo` is the first day it is no longer in force. */
export interface Item {
  readonly code: string;
  readonly version: number;
  readonly nameZh: string;
  readonly nameMn: string;
  readonly caseType: CaseType;
  readonly ownerDepartmentCode: string;
  readonly legalBasis: string;
  readonly materials: readonly Material[];
  readonly sharedDataSources: readonly string[];
  readonly feeRule: string;
  /** Absent where no law sets one. */
  readonly statutoryLimit: ItemLimit | undefined;
  readonly promisedLimit: ItemLimit;
  readonly needsInPerson: boolean;
  readonly proxyAllowed: boolean;
  readonly effectiveFrom: string;
  readonly effectiveTo: string | undefined;
}

export type NewItem = Omit<Item, 'version'>;

/** @throws AppError invalid_argument PROMISE_LONGER_THAN_LAW, MATERIAL_ALREADY_SHARED, MATERIAL_TWICE, ITEM_DATES_REVERSED; details: code. */
export function assertItem(item: NewItem): void {
  const { code, statutoryLimit, promisedLimit, materials, effectiveFrom, effectiveTo } = item;
  const details = { code };
  // Days of different kinds do not compare without a calendar.
  if (statutoryLimit?.unit === promisedLimit.unit && promisedLimit.amount > statutoryLimit.amount) {
    throw invalidArgument('PROMISE_LONGER_THAN_LAW', 'the promised limit is longer than the statutory one', { details });
  }
  if (materials.some(({ form, required }) => form === 'shared_data' && required)) {
    throw invalidArgument('MATERIAL_ALREADY_SHARED', 'what sharing provides must not be asked for', { details });
  }
  if (new Set(materials.map((material) => material.code)).size !== materials.length) {
    throw invalidArgument('MATERIAL_TWICE', 'two materials have one code', { details });
  }
  if (effectiveTo !== undefined && effectiveTo <= effectiveFrom) {
    throw invalidArgument('ITEM_DATES_REVERSED', 'an item ends after it begins', { details });
  }
}

/**
 * What a given item means beside the versions there are, in their order: nothing new, or the next version, which ends the one before it.
 * @throws AppError failed_precondition ITEM_VERSION_OVERLAP.
 */
export function nextVersion(versions: readonly Item[], given: NewItem): { publish: Item; endsLatest: boolean } | undefined {
  const latest = versions.at(-1);
  if (latest === undefined) return { publish: { ...given, version: 1 }, endsLatest: false };
  if (isSameItem(latest, given) || versions.some((version) => isSuperseded(version, given))) return undefined;
  const from = given.effectiveFrom;
  const overlaps = from <= latest.effectiveFrom || (latest.effectiveTo !== undefined && from < latest.effectiveTo);
  if (overlaps) {
    const details = { code: given.code, version: String(latest.version), effectiveFrom: latest.effectiveFrom };
    throw failedPrecondition('ITEM_VERSION_OVERLAP', 'a changed item takes effect after the version before it', { details });
  }
  return { publish: { ...given, version: latest.version + 1 }, endsLatest: latest.effectiveTo === undefined };
}

/** A version that was published before and that a later one has ended since. */
function isSuperseded(known: Item, given: NewItem): boolean {
  return known.effectiveFrom === given.effectiveFrom && isSameItem({ ...known, effectiveTo: given.effectiveTo }, given);
}
