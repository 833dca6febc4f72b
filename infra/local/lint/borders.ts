import path from 'node:path';
import type { Rule } from 'eslint';

interface Import {
  /** Relative to the root, with `/`. */
  readonly file: string;
  readonly source: string;
  readonly typeOnly: boolean;
}

interface Home {
  readonly folder: string;
  readonly name: string;
}

/** Who may import whom: a package may import only what stands before it. */
export const packageOrder = [
  'errors',
  'config',
  'contracts',
  'telemetry',
  'auth',
  'db',
  'messaging',
  'grpc',
  'http',
  'clocks',
  'audit',
  'runtime',
  'testing',
];

/** Libraries behind a port of ours, and the only places that may name them. */
const ownedLibraries: Readonly<Record<string, readonly RegExp[]>> = {
  kafkajs: [/^packages\/(messaging|testing)\//, /^e2e\//],
  '@grpc/grpc-js': [/^packages\/grpc\//],
  express: [/^packages\/http\//, /^services\/gateway\//, /\/http\.ts$/],
};

const impurePackages = new Set(['config', 'contracts', 'telemetry', 'db', 'messaging', 'grpc', 'http', 'audit', 'runtime', 'testing']);
const impureFiles = new Set(['store', 'grpc', 'http', 'events', 'deps', 'app', 'config', 'main']);

/** Why a file must not import something, or undefined. */
export function refuseImport({ file, source, typeOnly }: Import): string | undefined {
  const home = homeOf(file);
  if (source.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(file), source);
    if (home && !target.startsWith(`${home.folder}/${home.name}/`)) return `reach ${target} through its package's name, not by a path`;
  }
  return refuseWorkspace(home, file, source) ?? refuseLibrary(file, source) ?? refuseImpurity(file, source, typeOnly);
}

function refuseWorkspace(home: Home | undefined, file: string, source: string): string | undefined {
  const [, name, rest] = /^@linli\/([^/]+)(\/.+)?$/.exec(source) ?? [];
  if (!name) return undefined;
  if (rest) return `import from @linli/${name}, not from inside it`;
  if (isTest(file)) return undefined;
  if (name === 'testing' && file.includes('/src/')) return '@linli/testing is for tests only';
  if (home?.folder === 'packages') {
    const allowed = packageOrder.slice(0, packageOrder.indexOf(home.name));
    if (name !== home.name && !allowed.includes(name)) return `packages/${home.name} may import only ${allowed.join(', ') || 'nothing of ours'}`;
  }
  if (home?.folder === 'services' && name !== home.name && !packageOrder.includes(name)) {
    return `a service never imports another: call ${name} over gRPC or follow its events`;
  }
  return undefined;
}

function refuseLibrary(file: string, source: string): string | undefined {
  const owners = ownedLibraries[source];
  if (!owners || owners.some((owner) => owner.test(file))) return undefined;
  return `${source} stays behind the package that wraps it`;
}

function refuseImpurity(file: string, source: string, typeOnly: boolean): string | undefined {
  if (typeOnly || path.posix.basename(file) !== 'rules.ts') return undefined;
  const ours = /^@linli\/(.+)$/.exec(source)?.[1];
  const pure = source.startsWith('.') ? !impureFiles.has(path.posix.basename(source)) : ours !== undefined && !impurePackages.has(ours);
  return pure ? undefined : 'rules.ts is pure: it may import types, errors and other pure code';
}

function homeOf(file: string): Home | undefined {
  const [, folder, name] = /^(packages|services|infra)\/([^/]+)\//.exec(file) ?? [];
  return folder && name ? { folder, name } : undefined;
}

function isTest(file: string): boolean {
  return /\.test\.ts$|^e2e\/|^(packages|services|infra)\/[^/]+\/test\//.test(file);
}

export const imports: Rule.RuleModule = {
  meta: { type: 'problem', schema: [], docs: { description: 'keep the borders between packages and services' } },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    const check = (node: Rule.Node): void => {
      const found = node as { source?: { value?: unknown } | null; importKind?: string; exportKind?: string };
      if (typeof found.source?.value !== 'string') return;
      const typeOnly = (found.importKind ?? found.exportKind) === 'type';
      const message = refuseImport({ file, source: found.source.value, typeOnly });
      if (message) context.report({ node, message });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};
