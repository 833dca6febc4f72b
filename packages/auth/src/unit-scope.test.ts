import fc from 'fast-check';
import { AppError } from '@linli/errors';
import { assertCoversUnit, coversUnit, isSelf, requirePermission, systemCaller, unitScopes, type Caller, type Grant } from './index';

function caller(...grants: Partial<Grant>[]): Caller {
  const full = grants.map((grant): Grant => ({ permissions: ['p'], scope: 'subtree', unitPath: '', ...grant }));
  return { tenantId: 't', subject: 'ann', kind: 'staff', language: 'en', grants: full };
}

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('requirePermission', () => {
  it('returns the caller who holds it in any grant', () => {
    const ann = caller({ permissions: [] }, { permissions: ['q', 'p'], scope: 'self' });
    expect(requirePermission(ann, 'p')).toBe(ann);
  });

  it.each(['p.more', 'P', '', 'pp', '*'])('denies %j to the holder of p', (permission) => {
    expect(thrown(() => requirePermission(caller({}), permission))).toMatchObject({
      kind: 'permission_denied',
      reason: 'PERMISSION_MISSING',
      details: { permission },
    });
  });

  it('refuses nobody at all as unauthenticated', () => {
    expect(thrown(() => requirePermission(undefined, 'p'))).toMatchObject({ kind: 'unauthenticated', reason: 'CALLER_MISSING' });
  });
});

describe('coversUnit', () => {
  it.each<[...held: [Grant['scope'], string], asked: string, covered: boolean]>([
    ['tenant', '', '/a/b/', true],
    ['tenant', '', '', true],
    ['subtree', '/a/b/', '/a/b/', true],
    ['subtree', '/a/b/', '/a/b/c/', true],
    ['subtree', '/a/b/', '/a/bc/', false],
    ['subtree', '/a/b/', '/a/', false],
    ['subtree', '/a/b/', '/x/a/b/', false],
    ['subtree', '', '/a/', false],
    ['subtree', '/', '/a/', false],
    ['subtree', '/a', '/ab/', false],
    ['unit', '/a/b/', '/a/b/', true],
    ['unit', '/a/b/', '/a/b/c/', false],
    ['unit', '', '', false],
    ['self', '/a/', '/a/', false],
    ['subtree', '/a/', '/a', false],
    ['subtree', '/a/', '/a//', false],
    ['subtree', '/a/', 'a/', false],
  ])('%s at %j: %j is %s', (...[scope, unitPath, asked, covered]) => {
    expect(coversUnit(caller({ scope, unitPath }), 'p', asked)).toBe(covered);
    expect(coversUnit(caller({ scope, unitPath }), 'other', asked)).toBe(false);
  });

  it('covers exactly the units whose path begins with the path held', () => {
    const path = fc.array(fc.constantFrom('a', 'b', 'ab', 'bc'), { minLength: 1, maxLength: 5 }).map((ids) => ids);
    fc.assert(
      fc.property(path, path, (held, asked) => {
        const below = held.length <= asked.length && held.every((id, index) => id === asked[index]);
        const holder = caller({ unitPath: `/${held.join('/')}/` });
        expect(coversUnit(holder, 'p', `/${asked.join('/')}/`)).toBe(below);
      }),
    );
  });

  it('names the permission and not the unit when it denies', () => {
    const error = thrown(() => assertCoversUnit(caller({ unitPath: '/a/' }), 'p', '/secret/'));
    expect(error).toMatchObject({ kind: 'permission_denied', reason: 'UNIT_OUT_OF_SCOPE', details: { permission: 'p' } });
    expect(JSON.stringify(error) + String(error instanceof AppError && error.message)).not.toContain('secret');
    expect(() => assertCoversUnit(caller({ unitPath: '/a/' }), 'p', '/a/b/')).not.toThrow();
  });
});

describe('unitScopes', () => {
  it('merges grants and drops what a wider one covers', () => {
    const ann = caller(
      { unitPath: '/a/b/' },
      { unitPath: '/a/' },
      { unitPath: '/a/' },
      { unitPath: '/c/', scope: 'unit' },
      { unitPath: '/a/x/', scope: 'unit' },
      { scope: 'self' },
      { unitPath: '/z/', permissions: ['other'] },
    );
    expect(unitScopes(ann, 'p')).toEqual({ subtrees: ['/a/'], units: ['/c/'], self: true });
    expect(unitScopes(ann, 'none')).toEqual({ subtrees: [], units: [], self: false });
  });

  it('says tenant when one grant does', () => {
    expect(unitScopes(caller({ unitPath: '/a/' }, { scope: 'tenant' }), 'p')).toBe('tenant');
  });

  it('agrees with coversUnit on any grants', () => {
    const path = fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 }).map((ids) => `/${ids.join('/')}/`);
    const grant = fc.record({ scope: fc.constantFrom<Grant['scope']>('self', 'unit', 'subtree'), unitPath: path });
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 6 }), path, (grants, asked) => {
        const naive = grants.some(
          ({ scope, unitPath }) => (scope === 'unit' && unitPath === asked) || (scope === 'subtree' && asked.startsWith(unitPath)),
        );
        expect(coversUnit(caller(...grants), 'p', asked)).toBe(naive);
      }),
    );
  });
});

describe('isSelf', () => {
  it('is true for the caller, by a grant on own things only', () => {
    expect(isSelf(caller({ scope: 'self' }), 'p', 'ann')).toBe(true);
    expect(isSelf(caller({ scope: 'self' }), 'p', 'bob')).toBe(false);
    expect(isSelf(caller({ scope: 'self' }), 'other', 'ann')).toBe(false);
    expect(isSelf(caller({ scope: 'tenant' }), 'p', 'ann')).toBe(false);
    expect(isSelf({ ...caller({ scope: 'self' }), subject: '' }, 'p', '')).toBe(false);
  });
});

describe('systemCaller', () => {
  it('holds the permissions it names in its tenant, and no other', () => {
    const job = systemCaller('xingsheng', 'alarms', ['p']);
    expect(job).toMatchObject({ tenantId: 'xingsheng', subject: 'system:alarms', kind: 'system' });
    expect(coversUnit(job, 'p', '/a/')).toBe(true);
    expect(() => requirePermission(job, 'q')).toThrow();
  });
});
