import type { Caller, Grant } from '@linli/auth';
import { createNameMemory, type Asking } from './name-memory';

const permission = 'residents.person.read';

function caller(subject: string, grant: Partial<Grant>, tenantId = 'xingsheng'): Asking {
  const grants: Grant[] = [{ permissions: [permission], scope: 'subtree', unitPath: '/a/', ...grant }];
  const asking: Caller = { tenantId, subject, kind: 'staff', grants, language: 'zh-CN' };
  return { caller: asking, permission };
}

describe('names that were read a moment ago', () => {
  let asked: string[][] = [];
  let at = 0;
  const memory = createNameMemory({ now: () => new Date(at) });
  const read = (asking: Asking, ids: string[]) =>
    memory.find(asking, ids, (unknown) => {
      asked.push(unknown);
      return Promise.resolve(new Map(unknown.filter((id) => id !== 'hidden').map((id) => [id, `name of ${id}`])));
    });
  beforeEach(() => {
    asked = [];
    at += 60_000;
  });

  it('are not asked for again within five seconds, by whoever sees the same part of the office', async () => {
    await read(caller('one', {}), ['p1', 'p2']);
    at += 4_999;
    const found = await read(caller('two', {}), ['p2', 'p3']);
    expect([...found]).toEqual([['p2', 'name of p2'], ['p3', 'name of p3']]);
    at += 1;
    await read(caller('one', {}), ['p1']);
    expect(asked).toEqual([['p1', 'p2'], ['p3'], ['p1']]);
  });

  it.each([
    ['another tenant', caller('one', {}, 'baihe')],
    ['another part of the office', caller('one', { unitPath: '/a/b/' })],
    ['their own things only', caller('one', { scope: 'self', unitPath: '' })],
  ])('serve nobody who sees %s', async (_name, other) => {
    await read(caller('one', {}), ['p1']);
    await read(other, ['p1']);
    expect(asked).toEqual([['p1'], ['p1']]);
  });

  it('of oneself are nobody else’s', async () => {
    const own = { scope: 'self', unitPath: '' } as const;
    await read(caller('one', own), ['p1']);
    await read(caller('two', own), ['p1']);
    expect(asked).toHaveLength(2);
  });

  it('that were not to be seen stay unseen as long', async () => {
    await read(caller('one', {}), ['hidden']);
    at += 4_999;
    await expect(read(caller('one', {}), ['hidden'])).resolves.toEqual(new Map());
    expect(asked).toHaveLength(1);
  });
});
