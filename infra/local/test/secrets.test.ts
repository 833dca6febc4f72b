import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSecrets, publicKeys } from '../secrets.ts';

describe('the secrets of a data folder', () => {
  const data = mkdtempSync(path.join(tmpdir(), 'linli-secrets-'));
  const file = path.join(data, 'secrets.json');
  afterAll(() => rmSync(data, { recursive: true }));

  it('are made once, readable by their owner only, and the same afterwards', () => {
    const first = loadSecrets(data);
    expect(loadSecrets(data)).toEqual(first);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(Buffer.from(first.vault, 'base64')).toHaveLength(32);
  });

  it('gain what a newer version needs without losing what protects the data', () => {
    const before = loadSecrets(data);
    const { session: _session, roles, ...kept } = before;
    const { gateway: _gateway, ...keptRoles } = roles;
    writeFileSync(file, JSON.stringify({ ...kept, roles: keptRoles }));
    const after = loadSecrets(data);
    expect(after).toMatchObject({ ...kept, roles: keptRoles });
    expect(after.session).not.toBe('');
    expect(after.roles.gateway.app).not.toBe('');
  });

  it('publish only public halves, each under its issuer’s name', () => {
    const { keys } = JSON.parse(publicKeys(Object.values(loadSecrets(data).internal))) as { keys: Record<string, string>[] };
    expect(keys.map(({ kid }) => kid)).toEqual(['gateway', 'organization', 'residents', 'requests', 'operator']);
    expect(keys.every((key) => !('d' in key))).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain('"d"');
  });
});
