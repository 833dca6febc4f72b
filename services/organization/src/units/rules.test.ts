import { fitsUnder, rootUnit, unitUnder, close, rename } from './rules';
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
    department: ['subdistrict', 'community'],
  };

  it.each(unitKinds.flatMap((kind) => unitKinds.map((parent) => [kind, parent] as const)))('%s under %s', (kind, parent) => {
    expect(fitsUnder(kind, parent)).toBe(allowed[kind].includes(parent));
  });
});

describe('a unit', () => {
  it('prolongs its parent’s path', () => {
    const facts = { id: 'c', kind: 'community', code: 'c', nameZh: '社区', nameMn: '', validFrom: '2026-01-02' } as const;
    expect(unitUnder(root, facts)).toEqual({ ...facts, parentId: 'r', path: '/r/c/', validTo: undefined, version: 1 });
    expect(() => unitUnder(unit({ validTo: '2026-02-01' }), { ...facts, kind: 'grid' })).toThrow(/closed/);
  });

  it('is renamed and closed while open and empty only', () => {
    const empty = { children: 0, posts: 0 };
    expect(rename(unit(), { nameZh: '新', nameMn: '' })).toMatchObject({ nameZh: '新', version: 2 });
    expect(close(unit(), '2026-02-01', empty)).toMatchObject({ validTo: '2026-02-01', version: 2 });
    const closed = unit({ validTo: '2026-02-01' });
    expect(() => rename(closed, { nameZh: '新', nameMn: '' })).toThrow(/closed/);
    expect(() => close(closed, '2026-02-02', empty)).toThrow(/closed/);
    expect(() => close(root, '2026-02-01', empty)).toThrow(/root/);
    expect(() => close(unit(), '2026-02-01', { children: 1, posts: 0 })).toThrow(/below/);
    expect(() => close(unit(), '2026-02-01', { children: 0, posts: 2 })).toThrow(/posts/);
  });
});
