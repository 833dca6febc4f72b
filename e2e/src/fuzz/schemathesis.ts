import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../../..');
const settings = path.join(root, 'e2e/fuzz');
const environment = path.join(root, '.linli/fuzz/python');
const bin = path.join(environment, process.platform === 'win32' ? 'Scripts' : 'bin');
const stamp = path.join(environment, 'requirements.sha256');
const asked = 'import sys, ensurepip, venv; sys.exit(0 if sys.version_info >= (3, 11) else 1)';

/** A sentence that says what is missing, or undefined: schemathesis is installed, by the hashes in `e2e/fuzz/requirements.txt`. */
export function installSchemathesis(): string | undefined {
  const requirements = path.join(settings, 'requirements.txt');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined;
  const python = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python'].find((name) => succeeds(name, ['-c', asked]));
  if (python === undefined) return 'there is no Python 3.11 or newer with venv';
  rmSync(environment, { recursive: true, force: true });
  if (!succeeds(python, ['-m', 'venv', environment])) return 'python -m venv failed';
  const arguments_ = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '--only-binary=:all:', '--requirement', requirements];
  if (!succeeds(path.join(bin, 'python'), arguments_)) return 'pip could not install schemathesis';
  writeFileSync(stamp, wanted);
  return undefined;
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 }).status === 0;
}

export interface Fuzz {
  /** The gateway. */
  readonly url: string;
  /** Bearer token; undefined for nobody. */
  readonly token: string | undefined;
  /** Where this run keeps what it learns and says; later runs in it know what earlier ones learned. */
  readonly folder: string;
  /** Goes on until these are over; once through when absent. */
  readonly seconds?: number;
  readonly seed: number;
  /** All of them when absent. */
  readonly phases?: string;
  /** Such as `300/m`, for a platform whose limits are those of people. */
  readonly rate?: string | undefined;
  readonly maxExamples?: number;
}

export interface Fuzzed {
  /** Whether every answer kept to the document. */
  readonly clean: boolean;
  /** What schemathesis said. */
  readonly output: string;
  /** Answers by operation (`POST /v1/cases`) and status. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Refusals of requests that fit the schema which stand, by reason. */
  readonly stood: Readonly<Record<string, number>>;
}

/** Sends what schemathesis makes of `/openapi.json`, as one caller. */
export async function runSchemathesis(fuzz: Fuzz): Promise<Fuzzed> {
  mkdirSync(fuzz.folder, { recursive: true });
  const counted = path.join(fuzz.folder, 'counts.json');
  rmSync(counted, { force: true });
  const child = spawn(path.join(bin, 'schemathesis'), argumentsOf(fuzz), {
    cwd: fuzz.folder,
    env: { ...process.env, LINLI_FUZZ_FOLDER: fuzz.folder, SCHEMATHESIS_HOOKS: path.join(settings, 'hooks.py'), PYTHONDONTWRITEBYTECODE: '1', NO_PROXY: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const output = said.join('');
  const figures = existsSync(counted) ? (JSON.parse(readFileSync(counted, 'utf8')) as Pick<Fuzzed, 'counts' | 'stood'>) : { counts: {}, stood: {} };
  return { clean: code === 0, output, ...figures };
}

function argumentsOf({ url, token, seconds, seed, phases, rate, maxExamples }: Fuzz): string[] {
  return [
    '--config-file', path.join(settings, 'schemathesis.toml'),
    'run', `${url}/openapi.json`,
    '--checks', 'all',
    '--seed', String(seed),
    ...(seconds === undefined ? [] : ['--max-time', String(seconds)]),
    ...(token === undefined ? [] : ['--header', `Authorization: Bearer ${token}`]),
    ...(phases === undefined ? [] : ['--phases', phases]),
    ...(rate === undefined ? [] : ['--rate-limit', rate]),
    ...(maxExamples === undefined ? [] : ['--max-examples', String(maxExamples)]),
  ];
}
