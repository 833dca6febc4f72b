import { prefixOf } from './numbers';

describe('the prefix of a tenant', () => {
  it.each([
    ['xingsheng', 'XS'],
    ['baihe', 'BH'],
    ['zhongshan', 'ZS'],
    ['tianjiao', 'TJ'],
    ['linyin-lu', 'LYL'],
    ['demo-2', 'DM2'],
    ['shuang', 'S'],
    ['xx', 'X'],
  ])('%s is %s', (tenant, prefix) => {
    expect(prefixOf(tenant)).toBe(prefix);
  });

  it('always fits the column', () => {
    for (const tenant of ['a1', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'b-', 'z9-9-9-9-9']) expect(prefixOf(tenant)).toMatch(/^[A-Z][A-Z0-9]{0,3}$/);
  });
});
