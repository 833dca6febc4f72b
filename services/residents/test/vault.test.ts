import { createSecretKey } from 'node:crypto';
import { Secret } from '@linli/config';
import { seal, unseal, type DataKey, type Place } from '../src/vault/cipher';
import { createVault, type Vault } from '../src/vault/vault';
import { keys, startRegistry, type Registry } from './support';

let registry: Registry;
let vault: Vault;

beforeAll(async () => {
  registry = await startRegistry();
  vault = registry.app.deps.vault;
});

afterAll(() => registry.stop());

const place: Place = { tenantId: 'xingsheng', table: 'persons', column: 'name_sealed', rowId: 'a' };
const key = (id: string, version = 1): DataKey => ({ id, version, key: createSecretKey(Buffer.alloc(32, id)) });
const first = key('01900000-0000-7000-8000-000000000001');

describe('a sealed value', () => {
  const sealed = seal(first, place, new Secret('王小明'));

  it('says how and by which key it was sealed, and nothing of what it holds', () => {
    expect(sealed[0]).toBe(1);
    expect(sealed.toString('hex', 1, 17)).toBe(first.id.replaceAll('-', ''));
    expect(sealed.includes(Buffer.from('王小明'))).toBe(false);
    expect(seal(first, place, new Secret('王小明')).equals(sealed)).toBe(false);
    expect(unseal([first], place, sealed).reveal()).toBe('王小明');
  });

  it.each([
    ['row', { ...place, rowId: 'b' }],
    ['column', { ...place, column: 'phone_sealed' }],
    ['table', { ...place, table: 'others' }],
    ['tenant', { ...place, tenantId: 'baihe' }],
  ])('opens in no other %s', (_what, elsewhere) => {
    expect(() => unseal([first], elsewhere, sealed)).toThrow(expect.objectContaining({ reason: 'VAULT_BROKEN' }));
  });

  it('opens under no other version of its key', () => {
    expect(() => unseal([{ ...first, version: 2 }], place, sealed)).toThrow(expect.objectContaining({ reason: 'VAULT_BROKEN' }));
  });

  it('opens with no other key', () => {
    expect(() => unseal([key('01900000-0000-7000-8000-000000000002')], place, sealed)).toThrow(expect.objectContaining({ reason: 'VAULT_KEY_UNKNOWN' }));
  });

  it.each([0, 1, 20, 30, 46])('does not open when byte %i was changed', (at) => {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    expect(() => unseal([first], place, changed)).toThrow(expect.objectContaining({ kind: 'internal' }));
  });

  it('does not open when it is cut', () => {
    expect(() => unseal([first], place, sealed.subarray(0, 40))).toThrow(expect.objectContaining({ reason: 'VAULT_FORMAT_UNKNOWN' }));
  });
});

describe("a tenant's keys", () => {
  it('are made once, however many begin at a time', async () => {
    const scope = { tenantId: 'erdao' };
    const here = { table: 'persons', column: 'name_sealed', rowId: 'a' };
    const values = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        registry.app.deps.db.withTenant(scope, async (tx) => (await vault.forTenant(tx)).seal(here, new Secret(`值${index}`))),
      ),
    );
    const opened = await registry.app.deps.db.withTenant(scope, async (tx) => {
      const tenant = await vault.forTenant(tx);
      return values.map((value) => tenant.unseal(here, value).reveal());
    });
    expect(opened).toEqual(['值0', '值1', '值2', '值3', '值4']);
    expect(await registry.knex('vault_keys').where({ tenant_id: 'erdao' })).toHaveLength(1);
  });

  it('of a transaction that was rolled back are used by nobody', async () => {
    const scope = { tenantId: 'sandao' };
    const here = { table: 'persons', column: 'name_sealed', rowId: 'a' };
    const failing = registry.app.deps.db.withTenant(scope, async (tx) => {
      (await vault.forTenant(tx)).seal(here, new Secret('值'));
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow();
    const sealed = await registry.app.deps.db.withTenant(scope, async (tx) => (await vault.forTenant(tx)).seal(here, new Secret('值')));
    const [row] = await registry.knex('vault_keys').where({ tenant_id: 'sandao' }).select<{ id: string }[]>('id');
    expect(sealed.toString('hex', 1, 17)).toBe(row?.id.replaceAll('-', ''));
  });

  it('do not open for another tenant', async () => {
    const here = { table: 'persons', column: 'name_sealed', rowId: 'a' };
    const sealed = await registry.app.deps.db.withTenant({ tenantId: 'xingsheng' }, async (tx) => (await vault.forTenant(tx)).seal(here, new Secret('值')));
    const elsewhere = registry.app.deps.db.withTenant({ tenantId: 'baihe' }, async (tx) => (await vault.forTenant(tx)).unseal(here, sealed));
    await expect(elsewhere).rejects.toMatchObject({ reason: 'VAULT_KEY_UNKNOWN' });
  });

  it('need the key that wraps them', async () => {
    const other = createVault({ vaultKey: new Secret(Buffer.alloc(32, 'other').toString('base64')), blindIndexKey: new Secret(keys.BLIND_INDEX_KEY), now: () => new Date() });
    await registry.app.deps.db.withTenant({ tenantId: 'xingsheng' }, (tx) => vault.forTenant(tx));
    const opening = registry.app.deps.db.withTenant({ tenantId: 'xingsheng' }, (tx) => other.forTenant(tx));
    await expect(opening).rejects.toMatchObject({ reason: 'VAULT_KEY_MISMATCH' });
  });
});

describe('a blind index', () => {
  const number = new Secret('11010519491231002X');

  it('is equal for equal values of one field and tenant, and for nothing else', () => {
    const index = vault.blindIndex('xingsheng', 'identity_number', number);
    expect(vault.blindIndex('xingsheng', 'identity_number', new Secret(number.reveal()))).toEqual(index);
    expect(vault.blindIndex('baihe', 'identity_number', number)).not.toEqual(index);
    expect(vault.blindIndex('xingsheng', 'phone', number)).not.toEqual(index);
    expect(vault.blindIndex('xingsheng', 'identity_number', new Secret('110105194912310038'))).not.toEqual(index);
  });

  it('depends on its own key', () => {
    const other = createVault({ vaultKey: new Secret(keys.VAULT_KEY), blindIndexKey: new Secret(Buffer.alloc(32, 'x').toString('base64')), now: () => new Date() });
    expect(other.blindIndex('xingsheng', 'phone', number)).not.toEqual(vault.blindIndex('xingsheng', 'phone', number));
  });
});
