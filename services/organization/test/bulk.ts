import type { Knex } from 'knex';

const communities = 20;
const gridsEach = 20;
const buildingsEach = 100;

/**
 * A tree of some 40,000 units written at once: 20 communities of 20 grids of 100 buildings. They came from 2015 on, and a
 * tenth is closed again, by a fixed arithmetic: the same each run.
 */
export async function loadTree(knex: Knex, tenantId: string) {
  const id = (kind: string, n: number) => `01900000-0000-7000-8000-${kind}${String(n).padStart(12 - kind.length, '0')}`;
  const rootPath = `/${id('a0', 0)}/`;
  await knex.transaction(async (trx) => {
    await trx.raw('set local session_replication_role = replica');
    await trx.raw(`insert into tenants (tenant_id, name_zh, region, city, district, time_zone, suspended, version) values (?, '试验街道', '', '', '', 'Asia/Shanghai', false, 1)`, [tenantId]);
    const level = `
      insert into units (tenant_id, id, kind, parent_id, path, code, name_zh, name_mn, valid_from, valid_to, version)
      select :tenant, cast(drawn.id as uuid), :kind, cast(:parent as uuid), :parentPath || drawn.id || '/', :kind || '-' || n, '单位', '', since,
             case when :kind = 'building' and n % 10 = 0 then since + 700 end, 1
        from (select n, '01900000-0000-7000-8000-' || :mark || lpad(cast(n as text), 10, '0') as id, date '2015-01-01' + (hashint4(n) & 4095) as since
                from generate_series(cast(:first as int), cast(:last as int)) n) drawn`;
    const write = (place: { kind: string; mark: string; parent: string; parentPath: string; first: number; last: number }) => trx.raw(level, { tenant: tenantId, ...place });
    await trx.raw(
      `insert into units (tenant_id, id, kind, parent_id, path, code, name_zh, name_mn, valid_from, version)
       values (?, ?, 'subdistrict', null, ?, 'root', '试验街道', '', '2015-01-01', 1)`,
      [tenantId, id('a0', 0), rootPath],
    );
    await write({ kind: 'community', mark: 'a1', parent: id('a0', 0), parentPath: rootPath, first: 0, last: communities - 1 });
    for (let community = 0; community < communities; community += 1) {
      const path = `${rootPath}${id('a1', community)}/`;
      await write({ kind: 'grid', mark: 'a2', parent: id('a1', community), parentPath: path, first: community * gridsEach, last: (community + 1) * gridsEach - 1 });
    }
    for (let grid = 0; grid < communities * gridsEach; grid += 1) {
      const path = `${rootPath}${id('a1', Math.floor(grid / gridsEach))}/${id('a2', grid)}/`;
      await write({ kind: 'building', mark: 'a3', parent: id('a2', grid), parentPath: path, first: grid * buildingsEach, last: (grid + 1) * buildingsEach - 1 });
    }
  });
  await knex.raw('vacuum analyze units');
  return {
    community: `${rootPath}${id('a1', 7)}/`,
    middle: `${rootPath}${id('a1', 10)}/`,
    communityAt: (place: number) => `${rootPath}${id('a1', place)}/`,
    /** By reading every row. */
    async countInForce(path: string, day: string): Promise<number> {
      const { rows } = await knex.raw<{ rows: { count: string }[] }>(
        `select count(*) from units where starts_with(path, ?) and valid_from <= ? and (valid_to is null or valid_to > ?)`,
        [path, day, day],
      );
      return Number(rows[0]?.count);
    },
  };
}

const topicsEach = 1_000;

/** A thousand topics of each community, one community after the other, so that those of an early one lie behind all others. */
export async function loadTopics(knex: Knex, tenantId: string) {
  const idOf = (community: number, n: number) => `01900000-0000-7000-9000-${String(community * topicsEach + n).padStart(12, '0')}`;
  await knex.transaction(async (trx) => {
    await trx.raw('set local session_replication_role = replica');
    await trx.raw(
      `insert into topics (tenant_id, id, unit_id, unit_path, text_zh, source, state, title_zh, answer_zh, answer_due_at, overdue, created_at, updated_at, version)
       select community.tenant_id, cast('01900000-0000-7000-9000-' || lpad(cast(community.place * :each + n as text), 12, '0') as uuid), community.id, community.path,
              '路灯不亮', 'staff', 'collected', '', '', now(), false, now(), now(), 1
         from (select tenant_id, id, path, row_number() over (order by path) - 1 as place from units where tenant_id = :tenant and kind = 'community') community
         cross join generate_series(0, :each - 1) n`,
      { tenant: tenantId, each: topicsEach },
    );
  });
  await knex.raw('vacuum analyze topics');
  return {
    /** Ids of a community's topics, the newest first, after as many. */
    newest: (community: number, { after = 0, count }: { readonly after?: number; readonly count: number }) => Array.from({ length: count }, (_, index) => idOf(community, topicsEach - 1 - after - index)),
  };
}

const people = 400;
const worksEach = 200;

/**
 * People in pairs, the even ones away today and each away many times before; three more are named as stand-ins by a person who is
 * away. As much waits for each of them.
 */
export async function loadWork(knex: Knex, { tenantId, now, unitPath }: { readonly tenantId: string; readonly now: Date; readonly unitPath: string }) {
  const idOf = (n: number) => `01900000-0000-7000-a000-${String(n).padStart(12, '0')}`;
  const bindings = { tenant: tenantId, people, worksEach, now, unitPath, unit: unitPath.split('/').at(-2) ?? '' };
  const id = (n: string) => `cast('01900000-0000-7000-a000-' || lpad(cast(${n} as text), 12, '0') as uuid)`;
  await knex.transaction(async (trx) => {
    await trx.raw('set local session_replication_role = replica');
    await trx.raw(
      `insert into staff (tenant_id, id, code, name, work_phone, active, partner_id, version)
       select :tenant, ${id('n')}, 'w-' || n, '职员', '', true, ${id('n + 1 - 2 * (n % 2)')}, 1 from generate_series(0, cast(:people as int) - 1) n`,
      bindings,
    );
    await trx.raw(
      `insert into absences (tenant_id, id, staff_id, absent_from, absent_until, stand_in_id)
       select :tenant, uuidv7(), ${id('n')}, cast(:now as timestamptz) - make_interval(days => k + 1, hours => -12), cast(:now as timestamptz) - make_interval(days => k, hours => -12),
              case when n % 10 = 4 then ${id('n + 5')} end
         from generate_series(0, cast(:people as int) - 1) n, generate_series(0, 60) k where k > 0 or n % 2 = 0`,
      bindings,
    );
    await trx.raw(
      `insert into work_items (tenant_id, kind, subject_id, number, action, title_zh, unit_id, unit_path, owner_id, permission, due_at, thread_id, version)
       select :tenant, 'organization.topic', subject, '', 'answer', '议题', cast(:unit as uuid), :unitPath, ${id('n')}, 'organization.unit.write', cast(:now as timestamptz) + make_interval(mins => k), subject, 1
         from generate_series(0, cast(:people as int) - 1) n, generate_series(1, cast(:worksEach as int)) k, lateral (select uuidv7() as subject where n + k > 0) drawn`,
      bindings,
    );
  });
  await knex.raw('vacuum analyze staff, absences, work_items');
  return { idOf, worksEach };
}

/** Of each community a thousand topics that were answered, and a thousand publications and jobs of which ten are still on. */
export async function loadPublic(knex: Knex, tenantId: string): Promise<void> {
  const each = `(select tenant_id, id, path, n from units cross join generate_series(0, 999) n where tenant_id = :tenant and kind = 'community') at`;
  const over = `date '2026-11-24' + case when n % 100 = 0 then 1 + n / 100 else -1 - n end`;
  await knex.transaction(async (trx) => {
    await trx.raw('set local session_replication_role = replica');
    await trx.raw(
      `insert into topics (tenant_id, id, unit_id, unit_path, text_zh, source, state, title_zh, answer_zh, answer_due_at, overdue, answered_at, created_at, updated_at, version)
       select tenant_id, gen_random_uuid(), id, path, '路灯不亮', 'staff', 'answered', '照明', '已装好', now(), false, timestamptz '2026-11-24' - n * interval '1 hour', now(), now(), 1 from ${each}`,
      { tenant: tenantId },
    );
    await trx.raw(
      `insert into publications (tenant_id, id, unit_id, unit_path, kind, title_zh, text_zh, from_day, to_day, created_at)
       select tenant_id, gen_random_uuid(), id, path, 'other', '公示', '明细', ${over} - 40, ${over}, now() from ${each}`,
      { tenant: tenantId },
    );
    await trx.raw(
      `insert into jobs (tenant_id, id, unit_id, unit_path, title_zh, title_mn, employer_zh, place_zh, duties_zh, wanted, contact_phone, open_from, open_until, version)
       select tenant_id, gen_random_uuid(), id, path, '保洁', '', '物业', '本社区', '', 1, '', ${over} - 40, ${over}, 1 from ${each}`,
      { tenant: tenantId },
    );
  });
  for (const table of ['topics', 'publications', 'jobs']) await knex.raw('vacuum analyze ??', [table]);
}
