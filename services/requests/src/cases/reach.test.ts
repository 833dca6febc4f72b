import type { Caller, Grant } from '@linli/auth';
import { reachOf, requireReach, subtreeRange, unitRange, type PathRange } from './reach';

const read = 'requests.case.read';

function holding(...grants: Omit<Grant, 'permissions'>[]): Caller {
  return { tenantId: 'xingsheng', subject: 's', kind: 'staff', language: 'zh-CN', grants: grants.map((grant) => ({ ...grant, permissions: [read] })) };
}

function holds(range: PathRange, path: string): boolean {
  return path >= range.low && path < range.high;
}

describe('the reach of a list', () => {
  it('is a range in byte order: a subtree with all below it, or one unit alone', () => {
    expect(['/a/', '/a/b/', '/a/b/c/'].every((path) => holds(subtreeRange('/a/'), path))).toBe(true);
    expect(['/', '/aa/', '/b/', '/a'].some((path) => holds(subtreeRange('/a/'), path))).toBe(false);
    expect(holds(unitRange('/a/'), '/a/')).toBe(true);
    expect(holds(unitRange('/a/'), '/a/0/')).toBe(false);
  });

  it('is what the grants cover, cut to the unit that is asked', () => {
    const caller = holding({ scope: 'subtree', unitPath: '/a/b/' }, { scope: 'unit', unitPath: '/a/c/' });
    expect(reachOf(caller, read)).toEqual([subtreeRange('/a/b/'), unitRange('/a/c/')]);
    expect(reachOf(caller, read, '/a/')).toEqual([subtreeRange('/a/b/'), unitRange('/a/c/')]);
    expect(reachOf(caller, read, '/a/b/x/')).toEqual([subtreeRange('/a/b/x/')]);
    expect(reachOf(caller, read, '/a/c/')).toEqual([unitRange('/a/c/')]);
    expect(reachOf(caller, read, '/a/c/x/')).toEqual([]);
    expect(reachOf(holding({ scope: 'tenant', unitPath: '' }), read)).toBe('tenant');
    expect(reachOf(holding({ scope: 'tenant', unitPath: '' }), read, '/a/b/')).toEqual([subtreeRange('/a/b/')]);
    // Below the root is everything.
    expect(reachOf(holding({ scope: 'tenant', unitPath: '' }), read, '/a/')).toBe('tenant');
    expect(() => requireReach(caller, read, '/z/')).toThrow(expect.objectContaining({ reason: 'UNIT_OUT_OF_SCOPE' }));
    expect(requireReach(holding({ scope: 'self', unitPath: '' }), read, undefined)).toEqual([]);
  });
});
