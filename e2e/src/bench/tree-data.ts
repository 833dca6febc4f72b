import { Client } from 'pg';
import type { OwnPlatform } from '../own-platform';
import { Random } from '../chaos/random';
import { copyRows, type Cell } from './copy';
import { databaseOf } from './office-data';

/** The smaller of the fixtures' offices gets the large tree; the other benchmarks work in the larger one. */
export const treeTenant = 'baihe';

const seed = 20_261_126;
const communities = 50;
const gridsEach = 40;
const buildingsEach = 99;
const firstDay = Date.UTC(2015, 0, 1);
const manyDays = 4_000;
const day = 86_400_000;
const closedShare = 0.1;
const columns = ['tenant_id', 'id', 'kind', 'parent_id', 'path', 'code', 'name_zh', 'name_mn', 'valid_from', 'valid_to', 'version'];

export interface Tree {
  readonly units: number;
  /** The fixtures' community, whose clerk sees it alone; it has a fiftieth of the tree below it like the others. */
  readonly communityId: string;
  readonly rootId: string;
  /** Some that have stood since the office's first year, all over the tree. */
  readonly buildingIds: readonly string[];
}

/** 200,000 units: 50 communities of 40 grids of 99 buildings, opened over eleven years, a tenth of the buildings closed again. */
export async function fillTree({ adminUrl }: OwnPlatform): Promise<Tree> {
  const client = new Client({ connectionString: databaseOf(adminUrl, 'linli_organization') });
  await client.connect();
  try {
    const fixtures = await client.query<{ id: string; kind: string; path: string }>(
      `select id, kind, path from units where tenant_id = $1 and kind in ('subdistrict', 'community') and code not like 'bench-%' order by path`,
      [treeTenant],
    );
    const [root, community] = ['subdistrict', 'community'].map((kind) => fixtures.rows.find((row) => row.kind === kind));
    if (root === undefined || community === undefined) throw new Error(`the office ${treeTenant} has no community`);
    const drawn = await client.query(`select from units where tenant_id = $1 and code like 'bench-%' limit 1`, [treeTenant]);
    if (drawn.rows.length === 0) {
      // The office is as old as its tree.
      await client.query(`update units set valid_from = '2015-01-01' where tenant_id = $1 and kind in ('subdistrict', 'community')`, [treeTenant]);
      // With triggers, which keep the counts.
      await client.query('set synchronous_commit = off');
      await copyRows({ client, table: 'units', columns }, drawUnits(root, community));
      await client.query('vacuum (analyze) units, unit_count_changes');
    }
    const { rows } = await client.query<{ count: number }>('select count(*)::int as count from units where tenant_id = $1', [treeTenant]);
    const buildings = await client.query<{ id: string }>(
      `select id from units where tenant_id = $1 and kind = 'building' and code like 'bench-%' and valid_from < '2016-01-01' and valid_to is null order by id limit 1000`,
      [treeTenant],
    );
    return { units: rows[0]?.count ?? 0, communityId: community.id, rootId: root.id, buildingIds: buildings.rows.map(({ id }) => id) };
  } finally {
    await client.end();
  }
}

interface Place {
  readonly id: string;
  readonly path: string;
}

/** Parents before their children. */
function* drawUnits(root: Place, community: Place): Generator<Cell[]> {
  const random = new Random(seed);
  let n = 0;
  function draw(kind: string, parent: Place, closable: boolean): { place: Place; row: Cell[] } {
    n += 1;
    // As ids are: in the order of time, but for their last bits.
    const id = `0191e000-${String(n % 10_000).padStart(4, '0')}-7000-8000-${n.toString(16).padStart(12, '0')}`;
    const place = { id, path: `${parent.path}${id}/` };
    const from = random.between(0, manyDays);
    const to = closable && random.chance(closedShare) ? from + random.between(30, 1_500) : undefined;
    return { place, row: [treeTenant, id, kind, parent.id, place.path, `bench-${n}`, `单位${n}`, '', dayAt(from), to === undefined ? null : dayAt(Math.min(to, manyDays + 300)), 1] };
  }
  for (let one = 0; one < communities; one += 1) {
    const above = one === 0 ? undefined : draw('community', root, false);
    if (above !== undefined) yield above.row;
    for (let grid = 0; grid < gridsEach; grid += 1) {
      const { place, row } = draw('grid', above?.place ?? community, false);
      yield row;
      for (let building = 0; building < buildingsEach; building += 1) yield draw('building', place, true).row;
    }
  }
}

function dayAt(days: number): string {
  return new Date(firstDay + days * day).toISOString().slice(0, 10);
}
