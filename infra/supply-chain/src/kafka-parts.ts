import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import type { Part } from './part';

const plugin = 'org.cyclonedx:cyclonedx-maven-plugin:2.9.1:makeBom';

interface MavenBom {
  readonly components: readonly {
    readonly purl: string;
    readonly group: string;
    readonly name: string;
    readonly version: string;
    readonly licenses?: readonly { readonly license?: { readonly id?: string; readonly name?: string }; readonly expression?: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

export function hasMaven(): boolean {
  return spawnSync('mvn', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** The broker's jars as Maven resolves infra/kafka/pom.xml, with the licences of their poms. Asks Maven once for each pom. */
export function kafkaParts(root: string): Part[] {
  const pom = path.join(root, 'infra/kafka/pom.xml');
  const folder = path.join(root, '.linli/cache');
  const name = `kafka-bom-${createHash('sha256').update(readFileSync(pom)).update(plugin).digest('hex').slice(0, 12)}`;
  const file = path.join(folder, `${name}.json`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const unfinished = `${name}.${process.pid}`;
    execFileSync('mvn', ['-B', '-q', '-f', pom, plugin, '-DoutputFormat=json', `-DoutputDirectory=${folder}`, `-DoutputName=${unfinished}`, '-Dcyclonedx.skipAttach=true'], { stdio: ['ignore', 'ignore', 'pipe'] });
    renameSync(path.join(folder, `${unfinished}.json`), file);
  }
  const bom = JSON.parse(readFileSync(file, 'utf8')) as MavenBom;
  const needs = new Map(bom.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
  return bom.components.map((component) => ({
    purl: component.purl,
    group: component.group,
    name: component.name,
    version: component.version,
    licence: licenceOf(component.licenses ?? []),
    ours: false,
    needs: needs.get(component.purl) ?? [],
  }));
}

/** Where a pom names several it does not say whether all or any apply: we ask that all are acceptable. */
function licenceOf(licences: MavenBom['components'][number]['licenses'] & object): string | undefined {
  const named = licences.map(({ license, expression }) => expression ?? license?.id ?? license?.name).filter((one) => one !== undefined);
  return named.length === 0 ? undefined : named.join(' AND ');
}
