import path from 'node:path';
import { openDatabase, openSystemDatabase } from '@linli/db';
import { createTestDatabase, silentLogger, testSchema } from '@linli/testing';
import { migrations } from '../src/index';
import { findSession, openSession, removeEndedSessions } from '../src/sessions/store';

testSchema({ name: 'gateway', migrations, snapshot: path.join(__dirname, '../schema.snapshot') });

describe('ended sessions', () => {
  it('are removed over all offices, and others stay', async () => {
    const database = await createTestDatabase({ name: 'gateway', migrations });
    const log = silentLogger();
    const db = openDatabase({ url: database.appUrl, name: 'gateway', log });
    const system = openSystemDatabase({ url: database.relayUrl, name: 'gateway-system', log });
    const limits = { idleMs: 1_800_000, absoluteMs: 3_600_000 };
    const start = new Date('2026-11-24T01:00:00Z');
    const at = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
    const identityIn = (tenantId: string) => ({ tenantId, kind: 'staff', issuer: 'https://id.example', subject: 'a' }) as const;
    const [idle, other, fresh] = await Promise.all(
      [identityIn('xingsheng'), identityIn('baihe'), identityIn('xingsheng')].map((identity, index) => openSession(db, identity, { now: at(index === 2 ? 20 : 0), absoluteMs: limits.absoluteMs })),
    );
    expect(await removeEndedSessions(system, { now: at(31), idleMs: limits.idleMs })).toBe(2);
    const find = (cookie = '') => findSession(db, cookie, { now: at(31), limits, touch: false });
    expect([await find(idle), await find(other)]).toEqual([undefined, undefined]);
    expect(await find(fresh)).toMatchObject({ identity: identityIn('xingsheng') });
    await db.close();
    await system.close();
    await database.drop();
  });
});
