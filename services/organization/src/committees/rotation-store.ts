import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { inForce, type Decided, type Rotation, type Schedule, type Swap } from './rotation';

export const rotationConstraints: ConstraintReasons = {
  rotation_terms_pkey: { kind: 'already_exists', reason: 'ROTATION_HANDED_OVER', message: 'the year was handed over' },
};

export interface RecordedSwap extends Decided<Swap> {
  readonly reasonCode: string;
  readonly decidedOn: LocalDate;
  readonly decidedBy: string;
}

export interface Term {
  readonly year: number;
  readonly hostId: string;
  readonly handedOverOn: LocalDate;
}

export interface RecordedSchedule extends Schedule {
  readonly swaps: readonly RecordedSwap[];
  readonly terms: readonly Term[];
}

/** Everything that decides who hosts when, without what was replaced. Some rows a year: read whole. */
export async function readSchedule(tx: Tx, committeeId: string): Promise<RecordedSchedule> {
  const of = { tenant_id: tenantOf(tx), committee_id: committeeId };
  const places = await tx('rotation_places')
    .where(of)
    .orderBy(['version', 'base_year', 'place'])
    .select<{ version: number; base_year: number; member_unit_id: string }[]>('version', 'base_year', 'member_unit_id');
  const swaps = await tx('host_swaps').where(of).orderBy('version').select<RecordedSwap[]>({
    version: 'version',
    year: 'year',
    otherYear: 'other_year',
    memberUnitId: 'member_unit_id',
    otherMemberUnitId: 'other_member_unit_id',
    reasonCode: 'reason_code',
    decidedOn: 'decided_on',
    decidedBy: 'decided_by',
  });
  const terms = await tx('rotation_terms').where(of).orderBy('year').select<Term[]>({ year: 'year', hostId: 'host_id', handedOverOn: 'handed_over_on' });
  const rotations = [...Map.groupBy(places, ({ version, base_year }) => `${version} ${base_year}`).values()].flatMap((own): Decided<Rotation>[] => {
    const [first] = own;
    return first === undefined ? [] : [{ version: first.version, baseYear: first.base_year, units: own.map((place) => place.member_unit_id) }];
  });
  return { ...inForce(rotations, swaps), terms, lastHandedOver: terms.at(-1)?.year };
}

export async function insertRotation(tx: Tx, committeeId: string, { version, baseYear, units }: Decided<Rotation>): Promise<void> {
  await tx('rotation_places').insert(
    units.map((unit, place) => ({ tenant_id: tenantOf(tx), committee_id: committeeId, version, base_year: baseYear, place, member_unit_id: unit })),
  );
}

export async function insertSwap(tx: Tx, committeeId: string, swap: RecordedSwap): Promise<void> {
  await tx('host_swaps').insert({
    tenant_id: tenantOf(tx),
    committee_id: committeeId,
    version: swap.version,
    year: swap.year,
    other_year: swap.otherYear,
    member_unit_id: swap.memberUnitId,
    other_member_unit_id: swap.otherMemberUnitId,
    reason_code: swap.reasonCode,
    decided_on: swap.decidedOn,
    decided_by: swap.decidedBy,
  });
}

export async function insertTerm(tx: Tx, committeeId: string, { year, hostId, handedOverOn }: Term): Promise<void> {
  await tx('rotation_terms').insert({ tenant_id: tenantOf(tx), committee_id: committeeId, year, host_id: hostId, handed_over_on: handedOverOn });
}
