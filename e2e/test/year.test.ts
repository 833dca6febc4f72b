import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setClock } from '@linli/runtime';
import { Narrator } from '../src/demo/narrator';
import { simulatedTime } from '../src/demo/organization/simulated-time';
import type { Actor } from '../src/demo/organization/stage';
import { playYear } from '../src/demo/organization/year';
import { Somebody } from './api';
import { startPlatform, type Platform } from './platform';

const begins = new Date('2026-01-04T09:00:00+08:00');
let platform: Platform;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'linli-year-'));
  file = path.join(folder, 'clock');
  setClock(file, begins.getTime() - Date.now());
  platform = await startPlatform({ LIMIT_ADDRESS_PER_MINUTE: '1000000', LIMIT_ACCOUNT_PER_MINUTE: '1000000' }, { clock: file });
}, 120_000);

afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true });
}, 60_000);

async function actor(subject: string): Promise<Actor> {
  const somebody = await Somebody.of(platform, subject);
  return { name: subject, subject: somebody.id, get: (at) => somebody.get(at), create: (at, body) => somebody.create(at, body), change: (at, version, body) => somebody.change(at, version, body) };
}

it('plays a year of the office, and everything holds that it checks', async () => {
  const narrator = new Narrator(() => undefined);
  const followed = new Map<string, number>();
  await playYear({ narrator, url: platform.url, tenantId: platform.tenantId, actor, ...simulatedTime(file), follow: (id, version) => void followed.set(String(id), Number(version)) });
  expect(narrator.faults).toEqual([]);
  expect(followed.size).toBeGreaterThan(15);
}, 180_000);
