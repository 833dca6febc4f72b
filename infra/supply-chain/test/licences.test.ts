import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hasMaven, kafkaParts } from '../src/kafka-parts';
import { licenceProblems, type LicencePolicy } from '../src/licences';
import { npmParts } from '../src/npm-parts';
import type { Part } from '../src/part';

const root = path.join(__dirname, '../../..');
const policy = JSON.parse(readFileSync(path.join(__dirname, '../licences.json'), 'utf8')) as LicencePolicy;

function part(licence: string | undefined, name = 'left'): Part {
  return { purl: `pkg:npm/${name}@1.0.0`, name, version: '1.0.0', licence, ours: false, needs: [] };
}

function problemsOf(...licences: (string | undefined)[]): string[] {
  return licenceProblems(licences.map((licence) => part(licence)), { allowed: ['MIT', 'Apache-2.0'], corrections: [] });
}

describe('the licences of what runs', () => {
  it('are acceptable for every npm package', () => {
    const parts = npmParts(root);
    expect(parts.length).toBeGreaterThan(100);
    for (const name of ['gateway', 'knex', 'kafkajs', 'oidc-provider']) expect(parts.map((one) => one.name)).toContain(name);
    expect(parts.map((one) => one.name)).not.toContain('jest');
    const own = { ...policy, corrections: policy.corrections.filter((one) => one.part.startsWith('pkg:npm/')) };
    expect(licenceProblems(parts, own)).toEqual([]);
  });

  (hasMaven() ? it : it.skip)('are acceptable for every jar of Kafka (needs Maven)', () => {
    const parts = kafkaParts(root);
    expect(parts.map((one) => one.name)).toEqual(expect.arrayContaining(['kafka_2.13', 'kafka-clients', 'log4j-core']));
    const own = { ...policy, corrections: policy.corrections.filter((one) => one.part.startsWith('pkg:maven/')) };
    expect(licenceProblems(parts, own)).toEqual([]);
  }, 120_000);

  it('leave no room for copyleft that binds a service', () => {
    expect(policy.allowed.filter((id) => /GPL|SSPL|BUSL|EUPL|OSL|CPAL/.test(id))).toEqual([]);
    for (const { part: named, reason } of policy.corrections) expect(`${named}: ${reason}`.length).toBeGreaterThan(named.length + 40);
  });
});

describe('the judgement of licences', () => {
  it.each(['AGPL-3.0-only', 'GPL-3.0-or-later', 'MIT AND GPL-2.0-only', 'SSPL-1.0'])('refuses %s', (licence) => {
    expect(problemsOf(licence)).toEqual([`pkg:npm/left@1.0.0 is under ${licence}`]);
  });

  it('refuses what declares nothing, or something that is no licence', () => {
    expect(problemsOf(undefined)).toEqual(['pkg:npm/left@1.0.0 declares no licence']);
    expect(problemsOf('UNLICENSED', 'SEE LICENSE IN EULA')).toEqual([
      'pkg:npm/left@1.0.0 declares UNLICENSED, which is no SPDX expression',
      'pkg:npm/left@1.0.0 declares SEE LICENSE IN EULA, which is no SPDX expression',
    ]);
  });

  it('accepts a choice of which one is allowed', () => {
    expect(problemsOf('MIT', '(GPL-2.0-only OR MIT)', 'MIT AND Apache-2.0')).toEqual([]);
  });

  it('asks for a correction to be read again when the package says something else, or is gone', () => {
    const corrections = [{ part: 'pkg:npm/left', says: 'Our own', licence: 'MIT', reason: 'read in its LICENSE' }];
    const strict = { allowed: ['MIT'], corrections };
    expect(licenceProblems([part('Our own')], strict)).toEqual([]);
    expect(licenceProblems([part('GPL-3.0-only')], strict)).toEqual(['pkg:npm/left@1.0.0 says GPL-3.0-only of its licence now, and no longer Our own: read it again']);
    expect(licenceProblems([part('MIT', 'right')], strict)).toEqual(['pkg:npm/left is corrected and is not there']);
  });
});
