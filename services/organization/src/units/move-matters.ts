import { tenantOf, type Tx } from '@linli/db';
import type { Succession } from './hand-over';

/** What is a unit's, finished or not: who takes over answers for all of it. Rows hold the unit and its path. */
const matters = [
  ...['topics', 'deliberations', 'decisions', 'publications', 'objections', 'fund_raises', 'pledge_projects', 'diary_entries'],
  ...['member_units', 'meetings', 'resolutions', 'needs', 'joint_projects', 'instructors'],
  ...['sites', 'site_findings', 'resettlements', 'worker_complaints'],
  ...['venues', 'bookings', 'activities', 'incubated_orgs', 'jobs', 'learning_sessions'],
] as const;

/** Rows that hold a path alone, of what lies at the unit. */
const followers = ['resources', 'job_applications', 'thread_entries'] as const;

/** Of these a unit has one, or one of each key, that stands: they go where none does, else they end with their unit. */
const single = [
  { table: 'brands', key: 'tenant_id', ends: false },
  { table: 'committees', key: 'kind', ends: true },
  { table: 'dual_reports', key: 'member_unit_id', ends: true },
] as const;

/**
 * What is of units that ended is of their successors. It gets no version and no event of its own: `UnitClosed` with its
 * successor says it of everything that is of the unit. Covenants are numbered within a unit, so they follow only one that
 * goes on elsewhere, else they are in force no more (`endCovenants`). Indexes: by unit or by unit path, of each table.
 */
export async function moveMatters(tx: Tx, ended: readonly Succession[]): Promise<void> {
  const moves = ended.map(({ unit, successor }) => ({ fromId: unit.id, fromPath: unit.path, id: successor.id, path: successor.path, continues: successor.continuesId === unit.id }));
  const bound = { tenant: tenantOf(tx), moves: JSON.stringify(moves) };
  for (const table of matters) await tx.raw(`${movesAs} ${moveAll}`, { ...bound, table });
  await tx.raw(`${movesAs} ${moveAll} and moves.continues`, { ...bound, table: 'covenants' });
  for (const { table, key, ends } of single) await tx.raw(`${movesAs} ${moveWhereNone(key, ends)}`, { ...bound, table });
  await tx.raw(`${movesAs} ${moveAll} and moved.ended_on is not null`, { ...bound, table: 'dual_reports' });
  await tx.raw(`${movesAs} ${movePledgeOwners}`, bound);
  for (const table of followers) {
    await tx.raw(`${movesAs} update :table: as moved set unit_path = moves.path from moves where moved.tenant_id = :tenant and moved.unit_path = moves."fromPath"`, { ...bound, table });
  }
}

const movesAs = `with moves as (
  select * from jsonb_to_recordset(:moves::jsonb) as moves ("fromId" uuid, "fromPath" text, id uuid, path text, continues boolean))`;

const moveAll = `update :table: as moved set unit_id = moves.id, unit_path = moves.path from moves
  where moved.tenant_id = :tenant and moved.unit_id = moves."fromId" and moved.unit_path = moves."fromPath"`;

/** Who carries a pledge project out does so at the successor, in the post that goes on there. */
const movePledgeOwners = `update pledge_projects as moved set owner_unit_id = moves.id, owner_path = moves.path, post_id = coalesce(
    (select next.id from posts next left join posts was on was.tenant_id = next.tenant_id and was.id = moved.post_id
      where next.tenant_id = :tenant and next.staff_id = moved.owner_id and next.unit_id = moves.id and next.valid_to is null
      order by next.title_zh = was.title_zh desc, next.id limit 1), moved.post_id)
   from moves where moved.tenant_id = :tenant and moved.owner_unit_id = moves."fromId"`;

function moveWhereNone(key: string, ends: boolean): string {
  const stands = (row: string) => (ends ? `and ${row}.ended_on is null` : '');
  return `, chosen as (
    select distinct on (moves.id, mine.${key}) mine.id as mine, moves.id, moves.path
      from :table: as mine join moves on mine.unit_id = moves."fromId"
     where mine.tenant_id = :tenant ${stands('mine')}
       and not exists (select from :table: as there where there.tenant_id = :tenant and there.unit_id = moves.id and there.${key} = mine.${key} ${stands('there')})
     order by moves.id, mine.${key}, mine.id)
   update :table: as moved set unit_id = chosen.id, unit_path = chosen.path from chosen where moved.tenant_id = :tenant and moved.id = chosen.mine`;
}
