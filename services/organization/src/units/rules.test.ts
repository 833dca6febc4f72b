import { assertMaySucceed, assertNoPosts, assertOpen, close, fitsUnder, rename, rootUnit, unitUnder } from './rules';
import { unitKinds, type Unit, type UnitKind } from './unit';

const root = rootUnit({ id: 'r', code: 'xingsheng', nameZh: '兴胜街道', validFrom: '2026-01-01' });

function unit(facts: Partial<Unit> = {}): Unit {
  return { ...root, id: 'u', kind: 'community', parentId: 'r', path: '/r/u/', ...facts };
}

describe('fitsUnder', () => {
  const allowed: Record<UnitKind, UnitKind[]> = {
    subdistrict: [],
    community: ['subdistrict'],
    grid: ['community'],
    building: ['grid'],
    household_cluster: ['building'],
    department: ['subdistrict', 'community'],
  };

  it.each(unitKinds.flatMap((kind) => unitKinds.map((parent) => [kind, parent] as const)))('%s under %s', (kind, parent) => {
    expect(fitsUnder(kind, parent)).toBe(allowed[kind].includes(parent));
  });
});

describe('a unit', () => {
  const day = '2026-02-01';
  const closed = unit({ validTo: '2026-02-01' });
  const ending = unit({ validTo: '2026-07-01' });

  it('prolongs its parent’s path', () => {
    const facts = { id: 'c', kind: 'community', code: 'c', nameZh: '社区', nameMn: '', validFrom: '2026-01-02' } as const;
    expect(unitUnder(root, facts, day)).toEqual({ ...facts, parentId: 'r', path: '/r/c/', validTo: undefined, continuesId: undefined, successorId: undefined, version: 1 });
    for (const [parent, message] of [[closed, /closed/], [ending, /reckons/], [unit({ version: 0 }), /before its day/]] as const) {
      expect(() => unitUnder(parent, { ...facts, kind: 'grid' }, day)).toThrow(message);
    }
  });

  it('is renamed while no end of it is known', () => {
    expect(rename(unit(), { nameZh: '新', nameMn: '' }, day)).toMatchObject({ nameZh: '新', version: 2 });
    expect(() => rename(closed, { nameZh: '新', nameMn: '' }, day)).toThrow(/closed/);
    expect(() => rename(ending, { nameZh: '新', nameMn: '' }, day)).toThrow(/reckons/);
  });

  it('is closed only when nothing is below it and no plan reckons with it', () => {
    const end = { validTo: day, successorId: 'r' };
    const empty = { children: 0, posts: 0, plans: 0 };
    expect(close(unit(), end, { held: empty, day })).toMatchObject({ ...end, version: 2 });
    expect(() => close(closed, end, { held: empty, day })).toThrow(/closed/);
    expect(() => close(ending, end, { held: empty, day })).toThrow(/reckons/);
    expect(() => close(root, end, { held: empty, day })).toThrow(/root/);
    expect(() => close(unit(), end, { held: { ...empty, children: 1 }, day })).toThrow(/below/);
    expect(() => close(unit(), end, { held: { ...empty, plans: 1 }, day })).toThrow(/reckons/);
    expect(() => assertNoPosts({ ...empty, posts: 2 })).toThrow(/posts/);
  });

  it('is worked at from its opening to the day before its end', () => {
    expect(() => assertOpen(ending, '2026-06-30')).not.toThrow();
    expect(() => assertOpen(ending, '2026-07-01')).toThrow(/closed/);
    expect(() => assertOpen(unit({ version: 0 }), day)).toThrow(/before its day/);
    expect(() => assertOpen(unit({ validFrom: '2027-07-01' }), '2027-06-30')).toThrow(/before its day/);
    expect(() => assertOpen(unit({ validFrom: '2027-07-01' }), '2027-07-01')).not.toThrow();
  });

  it.each<[UnitKind, UnitKind, boolean]>([
    ['grid', 'grid', true],
    ['grid', 'community', true],
    ['building', 'grid', true],
    ['grid', 'building', false],
    ['household_cluster', 'household_cluster', true],
    ['household_cluster', 'building', true],
    ['household_cluster', 'grid', false],
    ['building', 'household_cluster', false],
    ['building', 'community', false],
    ['community', 'department', false],
  ])('%s hands its work to %s: %s', (kind, successor, allowed) => {
    const handing = () => assertMaySucceed({ id: 'a', kind }, { id: 'b', kind: successor });
    if (allowed) expect(handing).not.toThrow();
    else expect(handing).toThrow(/does not belong/);
  });
});
