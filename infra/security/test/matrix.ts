import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.join(__dirname, '../../..');

export type State = 'met' | 'partly' | 'not met' | 'not ours';

export interface Requirement {
  readonly id: string;
  /** Of ASVS; the ten of the API list have none. */
  readonly level?: 'L1' | 'L2' | 'L3';
  readonly demand: string;
  readonly state: State;
  /** Files or folders that do it. */
  readonly code: readonly string[];
  readonly tests: readonly NamedTest[];
  /** What is missing, or what bounds the claim. */
  readonly note?: string;
}

interface NamedTest {
  readonly file: string;
  readonly name: string;
  /** Rows of a test that is a table, in that file or in the table of tokens that several tests share. */
  readonly rows?: readonly string[];
}

export interface Matrix {
  readonly standard: string;
  readonly requirements: readonly Requirement[];
}

const sharedRows = 'packages/testing/src/token-mutations.ts';

export function readMatrix(): Matrix {
  return JSON.parse(readFileSync(path.join(root, 'infra/security/asvs.json'), 'utf8')) as Matrix;
}

/** What the matrix claims and the sources do not bear out; `sourceOf` gives the text of a file, or undefined. */
export function falseClaims(requirements: readonly Requirement[], sourceOf = readSource): string[] {
  return requirements.flatMap((requirement) => [...wrongShape(requirement), ...missingCode(requirement), ...requirement.tests.flatMap((test) => missingTest(requirement.id, test, sourceOf))]);
}

function wrongShape({ id, state, code, tests, note }: Requirement): string[] {
  if (state === 'met') return code.length > 0 && tests.length > 0 ? [] : [`${id} is called met without code or without a test`];
  return note ? [] : [`${id} is ${state} and does not say why`];
}

function missingCode({ id, code }: Requirement): string[] {
  return code.filter((one) => !existsSync(path.join(root, one))).map((one) => `${id} names ${one}, which is not there`);
}

function missingTest(id: string, { file, name, rows = [] }: NamedTest, sourceOf: (file: string) => string | undefined): string[] {
  const source = sourceOf(file);
  if (source === undefined) return [`${id} names ${file}, which is not there`];
  if (!titles(source).includes(name)) return [`${id} names a test that ${file} does not have: ${name}`];
  const known = source + (sourceOf(sharedRows) ?? '');
  return rows.filter((row) => !quoted(known, row)).map((row) => `${id} names a row that ${file} does not have: ${row}`);
}

/** The titles of the tests of a file that are run: of `it(…)` and `it.each(…)(…)`, not of `it.skip` or `it.todo`. */
export function titles(source: string): string[] {
  const plain = /(?<![.\w])(?:it|test)\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g;
  const table = /(?<![.\w])(?:it|test)\.each[\s\S]*?\)\(\s*(['"`])((?:\\.|(?!\1).)*)\1,/g;
  return [plain, table].flatMap((pattern) => [...source.matchAll(pattern)].map(([, , title = '']) => title.replaceAll(/\\(['"`])/g, '$1')));
}

function quoted(source: string, text: string): boolean {
  return ["'", '"', '`'].some((mark) => source.includes(mark + text + mark));
}

function readSource(file: string): string | undefined {
  const full = path.join(root, file);
  return existsSync(full) ? readFileSync(full, 'utf8') : undefined;
}

/** As SECURITY.md shows it. */
export function asTable(requirements: readonly Requirement[]): string {
  const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`;
  const rows = requirements.map(({ id, level, demand, state, tests, note }) => {
    const files = [...new Set(tests.map(({ file }) => `\`${file}\``))].join(', ');
    return row(id, level ?? '', demand, state === 'met' ? state : `**${state}**`, [files, note ?? ''].filter(Boolean).join('. '));
  });
  return [row('id', 'level', 'demand', 'state', 'shown by, and what bounds it'), row('---', '---', '---', '---', '---'), ...rows].join('\n');
}
