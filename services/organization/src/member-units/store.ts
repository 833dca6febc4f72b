import type { UnitScopes } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { ended } from '../joint-projects/rules';
import type { Erased, Over } from '../retention/retention';
import { whereInScopes, whereInSubtree } from '../scope';
import type { MemberUnit, MemberUnitKind } from './member-unit';
import type { Held } from './rules';

export const memberUnitConstraints: ConstraintReasons = {
  member_units_code_key: { kind: 'already_exists', reason: 'MEMBER_UNIT_CODE_TAKEN', message: 'a member unit has this code' },
};

interface MemberUnitRow {
  readonly id: string;
  readonly code: string;
  readonly name_zh: string;
  readonly kind: MemberUnitKind;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly contact_name: string;
  readonly contact_phone: string;
  readonly joined_on: string;
  readonly left_on: string | null;
  readonly version: number;
}

const columns = ['id', 'code', 'name_zh', 'kind', 'unit_id', 'unit_path', 'contact_name', 'contact_phone', 'joined_on', 'left_on', 'version'] as const;

export async function insertMemberUnit(tx: Tx, memberUnit: MemberUnit): Promise<void> {
  await tx('member_units').insert({ tenant_id: tenantOf(tx), ...toRow(memberUnit) });
}

export async function saveMemberUnit(tx: Tx, memberUnit: MemberUnit): Promise<void> {
  const { name_zh, contact_name, contact_phone, left_on, version } = toRow(memberUnit);
  await tx('member_units').where({ tenant_id: tenantOf(tx), id: memberUnit.id }).update({ name_zh, contact_name, contact_phone, left_on, version });
}

export async function findMemberUnit(tx: Tx, id: string): Promise<MemberUnit | undefined> {
  const row = await tx('member_units').where({ tenant_id: tenantOf(tx), id }).first<MemberUnitRow | undefined>(columns);
  return row && toMemberUnit(row);
}

/** Not against foreign keys: whoever leaves locks what hangs on the unit, and that may be about to name it. */
export async function lockMemberUnit(tx: Tx, id: string): Promise<MemberUnit | undefined> {
  const row = await tx('member_units').where({ tenant_id: tenantOf(tx), id }).forNoKeyUpdate().first<MemberUnitRow | undefined>(columns);
  return row && toMemberUnit(row);
}

/** For something that needs them to stay in until it commits: leaving waits, other such things do not. */
export async function shareMemberUnits(tx: Tx, ids: readonly string[]): Promise<Map<string, MemberUnit>> {
  const rows = await tx('member_units').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).orderBy('id').forShare().select<MemberUnitRow[]>(columns);
  return new Map(rows.map((row) => [row.id, toMemberUnit(row)]));
}

/**
 * What keeps it from leaving on that day; a seat that never began does not. Whoever leads a project gives something to it, too.
 * Indexes: committee_seats_member_unit_idx, resolutions_owner_idx, resources_member_unit_idx, joint_project_resources_resource_idx.
 */
export async function countHeld(tx: Tx, id: string, leftOn: LocalDate): Promise<Held> {
  const { rows } = await tx.raw<{ rows: Held[] }>(
    `select (select count(*) from committee_seats where tenant_id = :tenant and member_unit_id = :id and (valid_to is null or valid_to > greatest(valid_from, :leftOn::date))) as seats,
            (select count(*) from resolutions where tenant_id = :tenant and owner_member_unit_id = :id and state = 'open') as "openResolutions",
            (select count(distinct project.id) from resources
               join joint_project_resources as used on used.tenant_id = :tenant and used.resource_id = resources.id
               join joint_projects as project on project.tenant_id = :tenant and project.id = used.joint_project_id and project.state <> all(:ended)
              where resources.tenant_id = :tenant and resources.member_unit_id = :id) as "openProjects"`,
    { tenant: tenantOf(tx), id, leftOn, ended },
  );
  return rows[0] ?? { seats: 0, openResolutions: 0, openProjects: 0 };
}

export interface MemberUnitFilter {
  readonly scopes: UnitScopes;
  readonly under: string | undefined;
  readonly day: LocalDate;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** Those in on the day, in the order in which they were written down. A few hundred in an office: the key serves it. */
export async function listMemberUnits(tx: Tx, { scopes, under, day, afterId, limit }: MemberUnitFilter): Promise<MemberUnit[]> {
  const query = tx('member_units')
    .where({ tenant_id: tenantOf(tx) })
    .where('joined_on', '<=', day)
    .where((still) => void still.whereNull('left_on').orWhere('left_on', '>', day))
    .orderBy('id')
    .limit(limit)
    .select<MemberUnitRow[]>(columns);
  whereInScopes(query, 'unit_path', scopes);
  if (under !== undefined) whereInSubtree(query, 'unit_path', under);
  if (afterId !== undefined) void query.where('id', '>', afterId);
  return (await query).map(toMemberUnit);
}

/** Takes out whom the office called at units that left. A few hundred in an office: the key serves it. */
export async function eraseContacts(tx: Tx, { beforeDay, most }: Over): Promise<Erased[]> {
  const { rows } = await tx.raw<{ rows: Erased[] }>(
    `with over as (
       select id from member_units
        where tenant_id = :tenant and left_on <= :beforeDay and (contact_name <> '' or contact_phone <> '') order by id limit :most for update skip locked)
     update member_units as m set contact_name = '', contact_phone = '', version = version + 1
       from over where m.tenant_id = :tenant and m.id = over.id returning m.id, m.version, m.unit_path as "unitPath"`,
    { tenant: tenantOf(tx), beforeDay, most },
  );
  return rows;
}

function toRow(memberUnit: MemberUnit): MemberUnitRow {
  return {
    id: memberUnit.id,
    code: memberUnit.code,
    name_zh: memberUnit.nameZh,
    kind: memberUnit.kind,
    unit_id: memberUnit.unitId,
    unit_path: memberUnit.unitPath,
    contact_name: memberUnit.contactName,
    contact_phone: memberUnit.contactPhone,
    joined_on: memberUnit.joinedOn,
    left_on: memberUnit.leftOn ?? null,
    version: memberUnit.version,
  };
}

function toMemberUnit(row: MemberUnitRow): MemberUnit {
  return {
    id: row.id,
    code: row.code,
    nameZh: row.name_zh,
    kind: row.kind,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    contactName: row.contact_name,
    contactPhone: row.contact_phone,
    joinedOn: row.joined_on,
    leftOn: row.left_on ?? undefined,
    version: row.version,
  };
}
