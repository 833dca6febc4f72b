import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PackageURL } from 'packageurl-js';
import type { Part } from './part';

/** What `pnpm list --json` says of a package; a package that is listed twice has its dependencies at one of the two places. */
interface Listed {
  readonly path: string;
  readonly dependencies?: Readonly<Record<string, Listed>>;
  readonly optionalDependencies?: Readonly<Record<string, Listed>>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly licenses?: unknown;
}

/** The folders of the processes that run: what is not reached from them builds or tests. */
const programs = ['services/organization', 'services/residents', 'services/requests', 'services/gateway', 'infra/issuer', 'infra/operator'];

/** Everything that the processes of the checkout at `root` load from npm, ours included, and the database's binaries where they are installed. */
export function npmParts(root: string): Part[] {
  const listed = listPackages(root);
  const needs = needsByPath(listed);
  const starts = [...programs.map((folder) => path.join(root, folder)), ...Object.values(listed.find((one) => one.path === root)?.optionalDependencies ?? {}).map((one) => one.path)];
  const reached = new Set<string>();
  const queue = starts.filter(isInstalled);
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    queue.push(...(needs.get(at) ?? []));
  }
  return [...reached].map((at) => toPart(at, root, needs.get(at) ?? []));
}

function listPackages(root: string): readonly Listed[] {
  const pnpm = path.join(root, '.linli/tools/node_modules/pnpm/bin/pnpm.cjs');
  const output = execFileSync(process.execPath, [pnpm, 'list', '--recursive', '--prod', '--json', '--depth', 'Infinity'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return JSON.parse(output) as Listed[];
}

function needsByPath(listed: readonly Listed[]): Map<string, string[]> {
  const needs = new Map<string, string[]>();
  const queue = [...listed];
  for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
    const children = Object.values({ ...one.dependencies, ...one.optionalDependencies }).filter((child) => isInstalled(child.path));
    const known = needs.get(one.path) ?? [];
    needs.set(one.path, [...new Set([...known, ...children.map((child) => child.path)])]);
    queue.push(...children);
  }
  return needs;
}

/** pnpm lists the optional packages of other systems too. */
function isInstalled(folder: string): boolean {
  return existsSync(path.join(folder, 'package.json'));
}

function toPart(folder: string, root: string, needs: readonly string[]): Part {
  const manifest = readManifest(folder);
  const [name = '', group] = manifest.name.split('/').reverse();
  return {
    purl: purlOf(manifest),
    name,
    ...(group ? { group } : {}),
    version: manifest.version,
    licence: licenceOf(manifest),
    ours: folder.startsWith(root) && !folder.includes('node_modules'),
    needs: needs.map((need) => purlOf(readManifest(need))),
  };
}

/** An old form is a list of objects, of which the user may choose. */
function licenceOf({ license, licenses }: Manifest): string | undefined {
  const all = [license ?? licenses].flat().map((one: unknown) => (typeof one === 'object' && one !== null && 'type' in one ? one.type : one));
  const named = all.filter((one) => typeof one === 'string');
  return named.length === 0 ? undefined : named.join(' OR ');
}

function purlOf({ name, version }: Manifest): string {
  const [last = '', group] = name.split('/').reverse();
  return new PackageURL('npm', group, last, version, undefined, undefined).toString();
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
}
