import fc from 'fast-check';
import { rootUnit } from '../units/rules';
import { planUnits } from './plan-units';
import type { Problem, UnitLine } from './sheet';

const root = rootUnit({ id: 'root', code: 'root', nameZh: '街道', validFrom: '2026-01-01' });
const kinds = ['subdistrict', 'community', 'grid', 'building', 'household_cluster'] as const;

/** A tree of communities, grids, buildings and household clusters: each row hangs below an earlier one. */
const trees = fc.array(fc.nat(), { maxLength: 40 }).map((choices) => {
  const depths = new Map([['root', 0]]);
  return choices.map((choice, row): UnitLine => {
    const parents = [...depths].filter(([, depth]) => depth < 4);
    const [parentCode, depth] = parents[choice % parents.length] ?? ['root', 0];
    depths.set(`u${row}`, depth + 1);
    return { row, code: `u${row}`, parentCode, kind: kinds[depth + 1] ?? 'household_cluster', nameZh: '某', nameMn: '' };
  });
});

function plan(units: readonly UnitLine[], existing = [root], ahead: readonly string[] = []) {
  const problems: Problem[] = [];
  const sheet = { units, staff: [], clients: [], unreadable: { units: new Set<string>(), staff: new Set<string>() } };
  const facts = { existing: new Map(existing.map((unit) => [unit.code, unit])), ahead: new Set(ahead), day: '2026-11-24', idFor: (n: number) => `id${n}` };
  return { ...planUnits(sheet, facts, problems), problems };
}

describe('planUnits', () => {
  it('places any tree whatever the order of its rows, parents first, and finds it unchanged afterwards', () => {
    const shuffled = trees.chain((tree) => fc.tuple(fc.constant(tree), fc.shuffledSubarray(tree, { minLength: tree.length })));
    fc.assert(
      fc.property(shuffled, ([tree, rows]) => {
        const { created, problems } = plan(rows);
        expect(problems).toEqual([]);
        const paths = new Set([root.path]);
        for (const unit of created) {
          expect(paths).toContain(unit.path.slice(0, -`${unit.id}/`.length));
          paths.add(unit.path);
        }
        const parents = new Map([root, ...created].map((unit) => [unit.id, unit.code]));
        expect(new Map(created.map((unit) => [unit.code, parents.get(unit.parentId ?? '')]))).toEqual(new Map(rows.map((line) => [line.code, line.parentCode])));
        expect(plan(tree, [root, ...created])).toMatchObject({ created: [], unchanged: tree.length, problems: [] });
      }),
    );
  });

  it('ends on any rows at all, and places or explains each one', () => {
    const code = fc.constantFrom('root', 'a', 'b', 'c', 'd', '');
    const line = fc.record({ code: fc.constantFrom('a', 'b', 'c', 'd'), parentCode: code, kind: fc.constantFrom(...kinds), nameZh: fc.constant('某'), nameMn: fc.constant('') });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (rows) => {
        const { created, problems } = plan(rows.map((row, index) => ({ ...row, row: index })));
        const codes = new Set(rows.map((row) => row.code));
        expect(created.length === codes.size || problems.length > 0).toBe(true);
      }),
    );
  });

  it('names a row whose code a unit has that opens later', () => {
    const rows: UnitLine[] = [
      { row: 0, code: 'c', parentCode: 'root', kind: 'community', nameZh: '某', nameMn: '' },
      { row: 1, code: 'g', parentCode: 'c', kind: 'grid', nameZh: '某', nameMn: '' },
    ];
    expect(plan(rows, [root], ['c']).problems).toEqual([{ sheet: 'units', row: 0, field: 'code', code: 'taken' }]);
    expect(plan(rows, [root], ['c']).created).toEqual([]);
  });
});
