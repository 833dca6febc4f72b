import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const versions = { node: '24.21.0', pnpm: '10.34.8' };

/**
 * Where npm puts what the project needs before it has dependencies: pnpm always, Node only when the one running is too old.
 * @param {string} root the checkout
 */
export function tools(root) {
  const folder = path.join(root, '.linli/tools');
  const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  return {
    folder,
    nodePackage,
    node: path.join(folder, 'node_modules', nodePackage, 'bin/node'),
    pnpm: path.join(folder, 'node_modules/pnpm/bin/pnpm.cjs'),
  };
}

/**
 * @param {string} root
 * @param {boolean} withNode
 */
export function toolsMissing(root, withNode) {
  const { folder, nodePackage, node } = tools(root);
  const wanted = { pnpm: versions.pnpm, ...(withNode ? { [nodePackage]: versions.node } : {}) };
  const complete = Object.entries(wanted).every(([name, version]) => installedVersion(folder, name) === version);
  return !complete || (withNode && !existsSync(node));
}

/**
 * Installs them with npm, the one installer that comes with Node.
 * @param {string} root
 * @param {boolean} withNode
 * @returns {string | undefined} one line that says what is wrong
 */
export function installTools(root, withNode) {
  const { folder, nodePackage, node } = tools(root);
  mkdirSync(folder, { recursive: true });
  // Whoever comes with an older Node next must not lose what is here: npm removes what the file does not name.
  const keepNode = withNode || installedVersion(folder, nodePackage) === versions.node;
  const dependencies = { pnpm: versions.pnpm, ...(keepNode ? { [nodePackage]: versions.node } : {}) };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }, undefined, 2));
  const npm = npmCommand();
  const run = spawnSync(npm.command, [...npm.args, 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: cleanEnvironment(process.env),
  });
  if (run.error) return 'npm was not found: install it together with Node.js (20 or newer), then try again';
  if (run.status !== 0) return `npm could not install ${Object.keys(dependencies).join(' and ')} (see above): check the network or the registry npm uses, then try again`;
  if (withNode && spawnSync(node, ['--version']).status !== 0) {
    return `the Node ${versions.node} that npm installed does not run on this machine: install Node 24 yourself, then try again`;
  }
  return undefined;
}

/**
 * npm hands its own flags to scripts in the environment; a nested npm or pnpm would obey them.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv}
 */
export function cleanEnvironment(environment) {
  const inherited = /^npm_(lifecycle|package|command|execpath|node_execpath|config_(local_prefix|prefix|global_prefix|noproxy|user_agent|init_module))/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !inherited.test(name)));
}

/** @returns {{ command: string, args: string[] }} */
function npmCommand() {
  const running = process.env['npm_execpath'];
  if (running && path.basename(running) === 'npm-cli.js' && existsSync(running)) return { command: process.execPath, args: [running] };
  return { command: 'npm', args: [] };
}

/**
 * @param {string} folder
 * @param {string} name
 * @returns {string | undefined}
 */
function installedVersion(folder, name) {
  try {
    const manifest = readFileSync(path.join(folder, 'node_modules', name, 'package.json'), 'utf8');
    return /** @type {{ version: string }} */ (JSON.parse(manifest)).version;
  } catch {
    return undefined;
  }
}
