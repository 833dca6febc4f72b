import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeBom } from '../src/bom';
import type { LicencePolicy } from '../src/licences';
import { npmParts } from '../src/npm-parts';
import type { Part } from '../src/part';

interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly timestamp: string; readonly component: { readonly name: string } };
  readonly components: readonly { readonly purl: string; readonly type: string; readonly version: string; readonly licenses: readonly unknown[] }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

const root = path.join(__dirname, '../../..');
const policy = JSON.parse(readFileSync(path.join(__dirname, '../licences.json'), 'utf8')) as LicencePolicy;
const now = new Date('2026-03-02T08:00:00Z');

describe('the bill of materials', () => {
  it('follows CycloneDX 1.6 and names every part that runs once, with its version and licence', async () => {
    const parts = npmParts(root);
    const bom = JSON.parse(await writeBom(parts, policy, now)) as Bom;
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', metadata: { timestamp: now.toISOString(), component: { name: 'linli' } } });
    expect(bom.components.map(({ purl }) => purl).sort()).toEqual(parts.map(({ purl }) => purl).sort());
    expect(bom.components.filter(({ licenses, version }) => licenses.length === 0 || !version)).toEqual([]);
    expect(bom.components.filter(({ type }) => type === 'application').length).toBeGreaterThanOrEqual(6);
  });

  it('leads from the platform through a service to what that service loads', async () => {
    const bom = JSON.parse(await writeBom(npmParts(root), policy, now)) as Bom;
    const needs = (ref: string): string[] => [...(bom.dependencies.find((one) => one.ref === ref)?.dependsOn ?? [])];
    const [operator = ''] = needs('linli').filter((ref) => ref.startsWith('pkg:npm/%40linli/operator@'));
    const [db = ''] = needs(operator).filter((ref) => ref.startsWith('pkg:npm/%40linli/db@'));
    expect(needs(db)).toEqual(expect.arrayContaining([expect.stringMatching(/^pkg:npm\/knex@\d/)]));
  });

  it('is not written when it would break the schema', async () => {
    const broken: Part = { purl: 'pkg:npm/a@1', name: 'a', version: '1', licence: 'MIT', ours: false, needs: [] };
    await expect(writeBom([{ ...broken, name: 7 as unknown as string }], policy, now)).rejects.toThrow('does not follow CycloneDX');
  });
});
