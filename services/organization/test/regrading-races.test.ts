import { randomUUID } from 'node:crypto';
import { organization } from '@linli/contracts';
import { eventually } from '@linli/testing';
import { everything, fresh, makeTenant, makeUnit, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID } = organization.UnitKind;
const caller = everything();

let office: Office;
let root: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
});
afterAll(() => office.stop());

/** Somebody waits for a lock. */
const untilBlocked = () =>
  eventually(async () => {
    const { rows } = await office.knex.raw<{ rows: unknown[] }>('select from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0');
    expect(rows).toHaveLength(1);
  });

it('a plan that waited for somebody who opened a unit takes that unit along', async () => {
  const [one, two] = [await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY }), await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY })];
  const grid = await makeUnit(office, one.id, { kind: UNIT_KIND_GRID });
  const id = randomUUID();
  // As `createUnit` does it, held open in the middle.
  const opening = await office.knex.transaction();
  await opening.raw('select 1 from units where id = ? for share', [grid.id]);
  await opening('units').insert({ tenant_id: 'xingsheng', id, code: fresh('late'), kind: 'building', parent_id: grid.id, path: `${grid.path}${id}/`, name_zh: '新楼', name_mn: '', valid_from: '2026-11-24', version: 1 });
  const move = { $case: 'move', value: { unitId: grid.id, parent: { target: { $case: 'unitId', value: two.id } } } } as const;
  const planned = office.regradings.planRegrading({ titleZh: '调整', effectiveOn: '2026-12-01', operations: [{ operation: move }] }, { caller });
  await untilBlocked();
  await opening.commit();
  const { regrading } = await planned;
  expect(regrading?.units.find(({ unitId }) => unitId === id)?.successorId).toMatch(/^[0-9a-f-]{36}$/);
  const { rows } = await office.knex.raw<{ rows: { ends: string }[] }>('select valid_to::text as ends from units where id = ?', [id]);
  expect(rows).toEqual([{ ends: '2026-12-01' }]);
});
