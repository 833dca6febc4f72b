import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const fromSource = path.join(__dirname, '../../testing/from-source.cjs');

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one of the apps of app.ts; each output line may be answered with signals. */
async function runApp(how: string, signalsAfter: (line: string) => NodeJS.Signals[] = () => []): Promise<Outcome> {
  const child = spawn(process.execPath, ['--require', fromSource, path.join(__dirname, 'app.ts'), how]);
  let out = '';
  let err = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    out += `${line}\n`;
    for (const signal of signalsAfter(line)) child.kill(signal);
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err };
}

const onLine = (text: string, ...signals: NodeJS.Signals[]) => (line: string) => (line.includes(text) ? signals : []);

describe('run', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops in order at %s and exits 0', async (signal) => {
    const { code, out, err } = await runApp('quiet', onLine('"started"', signal));
    expect(out).toMatch(new RegExp(`port \\d+.*"started".*"why":"${signal}".*let go.*"stopped"`, 's'));
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it.each([
    ['no config', 'sample: bad configuration: PORT is missing; KEY is missing\n'],
    ['no start', 'sample: run the migrations first (SCHEMA_MISSING)\n'],
  ])('says why in one line and exits 1: %s', async (how, line) => {
    expect(await runApp(how)).toEqual({ code: 1, out: '', err: line });
  });

  it('finishes the start before it stops when a signal comes early', async () => {
    const { code, out } = await runApp('slow start', onLine('starting', 'SIGTERM'));
    expect(out).toMatch(/starting.*came up.*let go/s);
    expect(code).toBe(0);
  });

  it('ends at a signal while the app is still being made', async () => {
    expect(await runApp('endless create', onLine('creating', 'SIGTERM'))).toMatchObject({ code: 0, err: '' });
  });

  it.each(['endless stop', 'failing stop'])('exits 1 when the app does not stop: %s', async (how) => {
    const { code, out } = await runApp(how, onLine('"started"', 'SIGTERM'));
    expect(out).toContain('ended without an ordered stop');
    expect(code).toBe(1);
  });

  it('exits 1 at once at the second signal', async () => {
    const { code, out } = await runApp('endless stop', (line) => (/"started"|"stopping"/.test(line) ? ['SIGTERM'] : []));
    expect(out).not.toContain('ended without an ordered stop');
    expect(code).toBe(1);
  });

  it.each(['crash', 'rejection'])('logs a %s once, stops in order and exits 1', async (how) => {
    const { code, out, err } = await runApp(how);
    expect(out.match(/"crashed"/g)).toHaveLength(1);
    expect(out).toMatch(/"type":"TypeError".*let go/s);
    expect({ code, err }).toEqual({ code: 1, err: '' });
  });
});
