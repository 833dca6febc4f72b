import { rootUnit } from '../units/rules';
import type { Unit, UnitKind } from '../units/unit';
import { expand } from './expand';
import type { Operation } from './regrading';

const day = '2027-07-01';
const root = rootUnit({ id: 'r', code: 'r', nameZh: '街道', validFrom: '2026-01-01' });

function below(parent: Unit, id: string, kind: UnitKind): Unit {
  return { ...root, id, kind, code: id, parentId: parent.id, path: `${parent.path}${id}/`, nameZh: id };
}

// r ─ c1 ─ g1 ─ b1, b2        c2 ─ g3
//        └ g2 ─ b3
const c1 = below(root, 'c1', 'community');
const c2 = below(root, 'c2', 'community');
const g1 = below(c1, 'g1', 'grid');
const g2 = below(c1, 'g2', 'grid');
const g3 = below(c2, 'g3', 'grid');
const b1 = below(g1, 'b1', 'building');
const b2 = below(g1, 'b2', 'building');
const b3 = below(g2, 'b3', 'building');
const tree = [root, c1, c2, g1, g2, g3, b1, b2, b3];

function expanded(operations: Operation[], units: readonly Unit[] = tree) {
  let made = 0;
  const idFor = () => `n${(made += 1)}`;
  const { opened, ended, renamed } = expand(operations, { tree: new Map(units.map((unit) => [unit.id, unit])), day, today: '2027-06-01', idFor });
  const codes = new Map([...units, ...opened].map((unit) => [unit.id, unit.version === 0 ? `new ${unit.code}` : unit.code]));
  const named = (path: string) => path.split('/').slice(1, -1).map((id) => codes.get(id)).join(' > ');
  return {
    opened: opened.map(({ path, continuesId }) => `${named(path)}${continuesId === undefined ? '' : ` (was ${continuesId})`}`),
    ended: Object.fromEntries(ended.map(({ unit, successor }) => [unit.id, codes.get(successor.id)])),
    renamed: renamed.map(({ id, nameZh }) => [id, nameZh]),
  };
}

const names = { nameZh: '新', nameMn: '' };
const open = (code: string, parent: string, kind: UnitKind = 'grid'): Operation => ({ type: 'open', parent: { unitId: parent }, kind, code, ...names });
const move = (unitId: string, parent: string): Operation => ({ type: 'move', unitId, parent: { unitId: parent } });
const close = (unitId: string, successor: string): Operation => ({ type: 'close', unitId, successor: { unitId: successor } });

describe('a regrading', () => {
  it('opens units, below one another too', () => {
    const building: Operation = { type: 'open', parent: { newCode: 'g9' }, kind: 'building', code: 'b9', ...names };
    expect(expanded([building, open('g9', 'c1')])).toEqual({ opened: ['r > c1 > new g9', 'r > c1 > new g9 > new b9'], ended: {}, renamed: [] });
  });

  it('moves a unit with all below it, each going on as a new one', () => {
    expect(expanded([move('g1', 'c2')])).toEqual({
      opened: ['r > c2 > new g1 (was g1)', 'r > c2 > new g1 > new b1 (was b1)', 'r > c2 > new g1 > new b2 (was b2)'],
      ended: { g1: 'new g1', b1: 'new b1', b2: 'new b2' },
      renamed: [],
    });
  });

  it('moves out of what moves, and into it', () => {
    const { opened, ended } = expanded([move('g1', 'c2'), move('b1', 'g3'), move('b3', 'g1')]);
    expect(opened).toEqual(expect.arrayContaining(['r > c2 > new g1 > new b2 (was b2)', 'r > c2 > g3 > new b1 (was b1)', 'r > c2 > new g1 > new b3 (was b3)']));
    expect(ended).toEqual({ g1: 'new g1', b1: 'new b1', b2: 'new b2', b3: 'new b3' });
  });

  it('splits one into parts beside each other; the first takes what waited at the whole', () => {
    const parts = [{ code: 'g1', ...names, childIds: ['b1'] }, { code: 'g8', ...names, childIds: ['b2'] }];
    expect(expanded([{ type: 'split', unitId: 'g1', parts }])).toEqual({
      opened: expect.arrayContaining(['r > c1 > new g1', 'r > c1 > new g8', 'r > c1 > new g1 > new b1 (was b1)', 'r > c1 > new g8 > new b2 (was b2)']) as string[],
      ended: { g1: 'new g1', b1: 'new b1', b2: 'new b2' },
      renamed: [],
    });
  });

  it('merges into one of them, or into a new one', () => {
    expect(expanded([{ type: 'merge', unitIds: ['g1', 'g2'], into: { unitId: 'g2' } }])).toMatchObject({
      opened: ['r > c1 > g2 > new b1 (was b1)', 'r > c1 > g2 > new b2 (was b2)'],
      ended: { g1: 'g2', b1: 'new b1', b2: 'new b2' },
    });
    const { ended } = expanded([open('g7', 'c1'), { type: 'merge', unitIds: ['g1', 'g2'], into: { newCode: 'g7' } }]);
    expect(ended).toEqual({ g1: 'new g7', g2: 'new g7', b1: 'new b1', b2: 'new b2', b3: 'new b3' });
  });

  it('closes what is empty by then, and renames', () => {
    const rename: Operation = { type: 'rename', unitId: 'c1', nameZh: '新名', nameMn: '' };
    expect(expanded([close('g2', 'g1'), move('b3', 'g1'), rename])).toEqual({ opened: ['r > c1 > g1 > new b3 (was b3)'], ended: { g2: 'g1', b3: 'new b3' }, renamed: [['c1', '新名']] });
  });

  const later = { ...below(c1, 'later', 'grid'), validFrom: '2027-08-01' };
  const ending = { ...below(c1, 'ending', 'grid'), validTo: '2027-09-01' };
  const closed = { ...below(c1, 'closed', 'grid'), validTo: '2027-01-01' };
  const planned = { ...below(c1, 'planned', 'grid'), version: 0, validFrom: '2027-03-01' };
  const looping: Operation = { type: 'open', parent: { newCode: 'x' }, kind: 'grid', code: 'y', ...names };

  it.each<[string, Operation[]]>([
    ['REGRADING_CYCLE', [looping, { ...looping, parent: { newCode: 'y' }, code: 'x' }]],
    ['REGRADING_CYCLE', [move('g1', 'b1'), move('b1', 'g1')]],
    ['UNIT_TWICE_IN_PLAN', [move('g1', 'c2'), close('g1', 'g2')]],
    ['UNIT_TWICE_IN_PLAN', [move('g1', 'c2'), move('g1', 'c1')]],
    ['UNIT_TWICE_IN_PLAN', [move('g1', 'c2'), { type: 'rename', unitId: 'b1', ...names }]],
    ['UNIT_CODE_TAKEN', [open('g9', 'c1'), open('g9', 'c2')]],
    ['NEW_UNIT_UNKNOWN', [{ type: 'move', unitId: 'g1', parent: { newCode: 'none' } }]],
    ['UNIT_KIND_MISPLACED', [move('b1', 'c2')]],
    ['UNIT_KIND_MISPLACED', [open('x', 'g1', 'grid')]],
    ['UNIT_STAYS', [move('g1', 'c1')]],
    ['UNIT_IS_ROOT', [close('r', 'c1')]],
    ['UNIT_HAS_CHILDREN', [close('g1', 'g2')]],
    ['UNIT_HAS_CHILDREN', [{ type: 'split', unitId: 'g1', parts: [{ code: 'p', ...names, childIds: ['b1'] }, { code: 'q', ...names, childIds: [] }] }]],
    ['SUCCESSOR_MISPLACED', [close('b1', 'b1x')]],
    ['TARGET_ENDS', [close('b1', 'b2'), close('b2', 'g1')]],
    ['UNIT_OPENS_LATER', [move('later', 'c2')]],
    ['UNIT_IN_PLAN', [move('ending', 'c2')]],
    ['UNIT_IN_PLAN', [open('b9', 'ending', 'building')]],
    ['UNIT_IN_PLAN', [open('b9', 'planned', 'building')]],
    ['UNIT_IN_PLAN', [move('planned', 'c2')]],
    ['UNIT_CLOSED', [move('closed', 'c2')]],
    ['FIELD_INVALID', [open('b9', 'later', 'building')]],
    ['UNIT_NOT_FOUND', [move('g1', 'nowhere')]],
    ['UNIT_NOT_FOUND', [{ type: 'split', unitId: 'g1', parts: [{ code: 'p', ...names, childIds: ['b3'] }, { code: 'q', ...names, childIds: [] }] }]],
  ])('is refused: %s %#', (reason, operations) => {
    const odd = below(c2, 'b1x', 'department');
    expect(() => expanded(operations, [...tree, later, ending, closed, planned, odd])).toThrow(expect.objectContaining({ reason }) as Error);
  });
});
