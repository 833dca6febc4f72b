import { systemCaller, type Caller } from '@linli/auth';
import { addDays, localDateOf } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { isAppError } from '@linli/errors';
import fc from 'fast-check';
import * as countsByDay from '../migrations/20261129182000_count_units_by_day';
import { everything, fresh, makeTenant, makeUnit, startOffice, within, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID, UNIT_KIND_BUILDING } = organization.UnitKind;
const below = { subdistrict: UNIT_KIND_COMMUNITY, community: UNIT_KIND_GRID, grid: UNIT_KIND_BUILDING } as const;

type Kind = keyof typeof below | 'building';

interface Row {
  readonly id: string;
  readonly code: string;
  readonly kind: Kind;
  readonly parent_id: string | null;
  readonly path: string;
  readonly version: number;
}

const acts = ['open', 'open', 'openLater', 'close', 'move', 'split', 'merge', 'closeLater', 'rename', 'renameLater', 'withdraw', 'import', 'restate', 'wait'] as const;
type Act = (typeof acts)[number];
interface Move {
  readonly act: Act;
  readonly pick: number;
  readonly other: number;
  readonly days: number;
}

const move: fc.Arbitrary<Move> = fc.record({ act: fc.constantFrom(...acts), pick: fc.nat(), other: fc.nat(), days: fc.integer({ min: 1, max: 40 }) });
/** Moves of one batch are made at one time. */
const histories = fc.array(fc.array(move, { minLength: 1, maxLength: 4 }), { minLength: 10, maxLength: 20 });

let office: Office;
const done = new Set<Act>();

beforeAll(async () => {
  office = await startOffice();
});

afterAll(() => office.stop());

/** The office's root sees what the whole office is through sums of changes; parts of it are counted. Neither may differ from the rows. */
it('counts of units are what the rows say, on every day, whatever was done in whatever order', async () => {
  let offices = 0;
  await fc.assert(
    fc.asyncProperty(histories, async (batches) => {
      offices += 1;
      const tenantId = `office-${offices}`;
      const { root } = await makeTenant(office, tenantId);
      for (let n = 0; n < 4; n += 1) {
        const community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY, tenantId });
        const grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID, tenantId });
        for (let building = 0; building < 2; building += 1) await makeUnit(office, grid.id, { kind: UNIT_KIND_BUILDING, tenantId });
      }
      // Each at least once in the first office, whatever chance does.
      for (const act of acts) for (let pick = 1; pick < 20 && !done.has(act); pick += 1) await make(tenantId, { act, pick, other: pick, days: 5 });
      for (const batch of batches) await Promise.all(batch.map((one) => make(tenantId, one)));
      await compare(tenantId, root.path);
    }),
    { numRuns: 6, endOnFailure: true },
  );
  expect(acts.filter((act) => !done.has(act))).toEqual([]);
}, 120_000);

it('begins with what is there when it is installed', async () => {
  const counted = () => office.knex('unit_count_changes').groupBy('tenant_id', 'kind', 'day').havingRaw('sum(change) <> 0').orderBy(['tenant_id', 'kind', 'day']).select('tenant_id', 'kind', 'day', office.knex.raw('sum(change)::integer as change'));
  const before: unknown = await counted();
  await office.knex.transaction(async (trx) => {
    await trx.raw('set local role linli_organization_migrator');
    await countsByDay.down(trx);
    await countsByDay.up(trx);
  });
  expect(await counted()).toEqual(before);
});

/** Does it, or is refused by a rule of the tree: a random history asks for much that cannot be. */
async function make(tenantId: string, move: Move): Promise<void> {
  try {
    if (await attempt(tenantId, move)) done.add(move.act);
  } catch (error) {
    if (!isAppError(error) || !['failed_precondition', 'already_exists', 'aborted', 'not_found', 'invalid_argument'].includes(error.kind)) throw error;
  }
}

/** Whether there was something to do it to. */
async function attempt(tenantId: string, { act, pick, other, days }: Move): Promise<boolean> {
  const caller = everything(tenantId);
  const now = localDateOf(office.clock.now());
  const day = addDays(now, days);
  const open = await office.knex('units').where({ tenant_id: tenantId }).where('version', '>', 0).whereNull('valid_to').orderBy('path').select<Row[]>('id', 'code', 'kind', 'parent_id', 'path', 'version');
  const oneOf = (...kinds: readonly Kind[]) => choose(open.filter(({ kind }) => kinds.includes(kind)), pick);
  switch (act) {
    case 'open':
    case 'openLater': {
      const parent = oneOf('subdistrict', 'community', 'grid');
      if (parent === undefined || parent.kind === 'building') return false;
      await office.units.createUnit({ parentId: parent.id, kind: below[parent.kind], code: fresh('u'), nameZh: '新单位', validFrom: act === 'open' ? now : day }, { caller });
      return true;
    }
    case 'close': {
      const leaf = choose(open.filter(({ id, kind }) => kind !== 'subdistrict' && !open.some(({ parent_id: parent }) => parent === id)), pick);
      if (leaf === undefined) return false;
      await office.units.closeUnit({ unitId: leaf.id, version: leaf.version }, { caller });
      return true;
    }
    case 'rename': {
      const unit = oneOf('community', 'grid', 'building');
      if (unit === undefined) return false;
      await office.units.renameUnit({ unitId: unit.id, version: unit.version, nameZh: fresh('名') }, { caller });
      return true;
    }
    case 'withdraw': {
      const { regradings } = await office.regradings.listRegradings({ state: organization.RegradingState.REGRADING_STATE_PLANNED }, { caller });
      const planned = choose(regradings, pick);
      if (planned === undefined) return false;
      await office.regradings.withdrawRegrading({ regradingId: planned.id, version: planned.version }, { caller });
      return true;
    }
    case 'import': {
      const parent = oneOf('grid');
      if (parent === undefined) return false;
      const rows = Array.from({ length: 5 }, () => ({ code: fresh('i'), parentCode: parent.code, kind: UNIT_KIND_BUILDING, nameZh: '导入楼栋' }));
      return (await office.imports.importOrganization({ units: rows }, { caller })).unitsCreated > 0;
    }
    case 'restate':
      return (await office.operatorTenants.restateTenant({}, { caller: systemCaller(tenantId, 'operator', ['organization.tenant.restate']) })).restated > 0;
    case 'wait':
      office.clock.set(`${day}T09:00:00+08:00`);
      await office.app.scanner.scanOnce();
      return true;
    default: {
      const operation = regrade(act, { open, pick, other });
      if (operation === undefined) return false;
      await office.regradings.planRegrading({ titleZh: '调整', effectiveOn: pick % 4 === 0 ? now : day, operations: [{ operation }] }, { caller });
      return true;
    }
  }
}

type Operation = organization.RegradingOperation['operation'];

function regrade(act: 'move' | 'split' | 'merge' | 'closeLater' | 'renameLater', { open, pick, other }: { readonly open: readonly Row[]; readonly pick: number; readonly other: number }): Operation {
  const grid = choose(open.filter(({ kind }) => kind === 'grid'), pick);
  if (grid === undefined) return undefined;
  const target = (unit: Row | undefined) => ({ target: { $case: 'unitId', value: unit?.id ?? '' } }) as const;
  const another = target(choose(open.filter(({ kind, id }) => kind === 'grid' && id !== grid.id), other));
  switch (act) {
    case 'move':
      return { $case: 'move', value: { unitId: grid.id, parent: target(choose(open.filter(({ kind, id }) => kind === 'community' && id !== grid.parent_id), other)) } };
    case 'split': {
      const children = open.filter(({ parent_id: parent }) => parent === grid.id).map(({ id }) => id);
      const part = (childIds: readonly string[]) => ({ code: fresh('p'), nameZh: '分网格', nameMn: '', childIds: [...childIds] });
      return { $case: 'split', value: { unitId: grid.id, parts: [part(children.slice(1)), part(children.slice(0, 1))] } };
    }
    case 'merge':
      return { $case: 'merge', value: { unitIds: [grid.id], into: another } };
    case 'closeLater': {
      const building = choose(open.filter(({ kind }) => kind === 'building'), pick);
      return { $case: 'close', value: { unitId: building?.id ?? '', successor: target(choose(open.filter(({ kind, id }) => kind === 'building' && id !== building?.id), other)) } };
    }
    case 'renameLater':
      return { $case: 'rename', value: { unitId: grid.id, nameZh: fresh('名'), nameMn: '' } };
  }
}

function choose<T>(all: readonly T[], pick: number): T | undefined {
  return all[pick % Math.max(all.length, 1)];
}

/** On each day on which something begins or ends and the day before it, and after all of them. */
async function compare(tenantId: string, rootPath: string): Promise<void> {
  const units = await office.knex('units').where({ tenant_id: tenantId }).select<{ id: string; path: string; kind: string; from: string; to: string | null }[]>('id', 'path', 'kind', office.knex.raw('valid_from::text as from, valid_to::text as to'));
  const turns = units.flatMap(({ from, to }) => (to === null ? [from] : [from, to]));
  const days = new Set(turns.flatMap((turn) => [addDays(turn, -1), turn]).concat('2126-01-01'));
  const community = units.find(({ kind }) => kind === 'community');
  const asked: [path: string, caller: Caller, underUnitId: string][] = [
    [rootPath, everything(tenantId), ''],
    [rootPath, within(rootPath, tenantId), ''],
    [rootPath, everything(tenantId), rootPath.slice(1, -1)],
    [community?.path ?? '', everything(tenantId), community?.id ?? ''],
    [community?.path ?? '', within(community?.path ?? '', tenantId), ''],
  ];
  for (const asOf of days) {
    for (const [path, caller, underUnitId] of asked) {
      const { rows } = await office.knex.raw<{ rows: { kind: string; count: number }[] }>(
        'select kind, count(*)::integer as count from units where tenant_id = ? and starts_with(path, ?) and valid_from <= ? and (valid_to is null or valid_to > ?) group by kind',
        [tenantId, path, asOf, asOf],
      );
      const { counts } = await office.units.countUnits({ underUnitId, asOf }, { caller });
      const told = counts.map(({ kind, count }) => [kind.replace('UNIT_KIND_', '').toLowerCase(), count]);
      expect({ asOf, path, ...Object.fromEntries(told) }).toEqual({ asOf, path, ...Object.fromEntries(rows.map(({ kind, count }) => [kind, count])) });
    }
  }
}
