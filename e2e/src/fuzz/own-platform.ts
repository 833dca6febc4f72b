import { spawn } from 'node:child_process';
import path from 'node:path';
import { freePort } from '../free-port';

const launcher = path.resolve(__dirname, '../../../infra/local/launch.mjs');
const limits = ['ADDRESS', 'ACCOUNT', 'SENSITIVE', 'SIGN_IN'];

export interface OwnPlatform {
  readonly gateway: string;
  readonly issuer: string;
  stop(): Promise<void>;
}

/** `npm start` on data of its own, with limits that no machine reaches. @throws Error with what it said when it does not start. */
export async function startOwnPlatform(data: string): Promise<OwnPlatform> {
  const port = await freePort();
  const raised = Object.fromEntries(limits.map((name) => [`LIMIT_${name}_PER_MINUTE`, '1000000']));
  const child = spawn(process.execPath, [launcher, 'start', '--fresh', '--data', data, '--port', String(port)], {
    env: { ...process.env, ...raised, DATABASE_URL: '', KAFKA_BROKERS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  const said: string[] = [];
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said.push(text);
        if (said.join('').includes('Linli is ready')) resolve();
      });
    }
  });
  const early = await Promise.race([ready.then(() => false), ended.then(() => true)]);
  if (early) throw new Error(`the platform did not start:\n${said.join('')}`);
  const issuer = /^ +issuer +(http\S+)$/m.exec(said.join(''))?.[1];
  if (issuer !== undefined) return { gateway: `http://127.0.0.1:${port}`, issuer, stop };
  await stop();
  throw new Error('the platform did not say where its issuer is');
}
