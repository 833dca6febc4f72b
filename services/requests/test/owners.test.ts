import type { organization } from '@linli/contracts';
import { newId, openDatabase, openSystemDatabase, type Database, type Migration, type SystemDatabase } from '@linli/db';
import { createConsumer, createMessagingTables, createRelay, createTopics, dropMessagingTables, enqueue, type EventConsumer, type Relay } from '@linli/messaging';
import { createMetrics } from '@linli/telemetry';
import { createTestDatabase, eventually, silentLogger, testBrokers, type TestDatabase } from '@linli/testing';
import { changeOwners } from '../src/cases/owners';
import { succeedUnit } from '../src/cases/succession';
import { directoryHandlers } from '../src/directory/events';
import { saveStaff } from '../src/directory/store';
import { loadCases } from './bulk';
import { eventsOf } from './errand';
import { callers, filing, opening, path, present, residentId, startOffice, tenantId, type Office } from './support';

const log = silentLogger();
const outbox: Migration = { name: '20261124000000_create_outbox', up: createMessagingTables, down: dropMessagingTables };

/** Organization's side: its outbox and its relay, so that what arrives is a real event on its topic. */
interface Sender {
  say(type: string, state: Partial<organization.StaffState> & { staffId: string }, version: number): Promise<void>;
  stop(): Promise<void>;
}

async function startSender(): Promise<Sender> {
  const database: TestDatabase = await createTestDatabase({ name: 'sender', migrations: [outbox] });
  const system: SystemDatabase = openSystemDatabase({ url: database.relayUrl, name: 'sender', log });
  const relay: Relay = createRelay({ database: system, brokers: testBrokers(), clientId: `sender-${newId()}`, source: 'linli/organization', log, metrics: createMetrics('sender') });
  const db: Database = openDatabase({ url: database.appUrl, name: 'sender', log, onCommit: () => relay.wake() });
  await relay.start();
  return {
    async say(type, state, version) {
      const staff = { active: true, partnerId: '', absences: [], posts: [], ...state };
      await db.withTenant({ tenantId }, (tx) => enqueue(tx, { type: `linli.organization.v1.${type}`, aggregateId: state.staffId, version, payload: { staff } }));
    },
    async stop() {
      await relay.stop();
      await Promise.all([db.close(), system.close()]);
      await database.drop();
    },
  };
}

describe('the owner of a case follows who is on duty', () => {
  let office: Office;
  let sender: Sender;
  let system: SystemDatabase;
  let consumer: EventConsumer;
  beforeAll(async () => {
    office = await startOffice();
    await createTopics(testBrokers());
    sender = await startSender();
    system = openSystemDatabase({ url: office.database.relayUrl, name: 'test', log });
    const { deps } = office.app;
    const handlers = directoryHandlers(deps, { onStaffChanged: changeOwners(deps), onUnitSucceeded: succeedUnit(deps) });
    // The service's own consumer, but for its group: on a shared broker each test reads everything.
    consumer = createConsumer({ database: deps.db, system, brokers: testBrokers(), group: `requests-${newId()}`, handlers, log, metrics: createMetrics('test') });
    await consumer.start();
  }, 60_000);
  afterAll(async () => {
    await consumer.stop();
    await sender.stop();
    await system.close();
    await office.stop();
  });

  async function hire(): Promise<{ a: string; b: string }> {
    const [a, b] = [newId(), newId()];
    await office.app.deps.db.withTenant({ tenantId }, async (tx) => {
      const facts = { active: true, absences: [], posts: [{ unitPath: path.grid, primary: true }] };
      await saveStaff(tx, { ...facts, id: a, partnerId: b }, 1);
      await saveStaff(tx, { ...facts, id: b, partnerId: a }, 1);
    });
    return { a, b };
  }
  const read = async (caseId: string) => present((await office.cases.getCase({ caseId }, { caller: callers.director })).case);

  it('A away: B at once; A back: A again; each an event of the case', async () => {
    const { a, b } = await hire();
    const { case: filed } = await office.cases.createCase(filing({}), { caller: callers.clerk });
    const { case: accepted } = await office.cases.acceptCase({ caseId: present(filed).id, version: 1, agentId: a, handlerUnitId: '' }, { caller: callers.clerk });
    const { id } = present(accepted);
    expect(accepted).toMatchObject({ agentId: a, backupId: b, ownerId: a, version: 2 });
    const now = office.clock.now();
    await sender.say('AbsenceStarted', { staffId: a, partnerId: b, absences: [{ id: newId(), from: new Date(now.getTime() - 1000), until: undefined, standInId: '' }] }, 2);
    await eventually(async () => expect(await read(id)).toMatchObject({ agentId: a, ownerId: b, version: 3 }), { timeoutMs: 30_000 });
    await sender.say('AbsenceEnded', { staffId: a, partnerId: b }, 3);
    await eventually(async () => expect(await read(id)).toMatchObject({ agentId: a, ownerId: a, version: 4 }), { timeoutMs: 30_000 });
    expect((await eventsOf(office, id)).slice(2)).toMatchObject([
      { type: 'CaseReassigned', version: 3, payload: { cause: 'absence', case: { ownerId: b } } },
      { type: 'CaseReassigned', version: 4, payload: { cause: 'return', case: { ownerId: a } } },
    ]);
    const { entries } = await office.thread.listEntries({ threadId: id, pageSize: 0, pageToken: '' }, { caller: callers.clerk });
    expect(entries.slice(2)).toMatchObject([
      { code: 'reassigned', actorKind: 'system', facts: { cause: 'absence', owner_id: b } },
      { code: 'reassigned', actorKind: 'system', facts: { cause: 'return', owner_id: a } },
    ]);
  }, 90_000);

  it('moves hundreds of open cases, each by one version and one event, and leaves closed ones alone', async () => {
    const { a, b } = await hire();
    await loadCases(office.knex, {
      tenantId,
      count: 450,
      unitPaths: [path.grid],
      handlerPaths: [path.civilAffairs],
      staff: [a],
      residents: [residentId.wang],
      openPercent: 80,
      now: new Date(opening),
    });
    const isOpen = office.knex.raw(`waits_for <> 'nobody'`);
    const before = await office.knex('cases').where({ agent_id: a }).andWhere(isOpen).select<{ id: string }[]>('id');
    expect(before.length).toBeGreaterThan(200);
    await sender.say('StaffDeactivated', { staffId: a, active: false, partnerId: b }, 2);
    await eventually(
      async () => {
        const moved = await office.knex('cases').where({ agent_id: a }).andWhere(isOpen).select<{ owner_id: string; version: number }[]>('owner_id', 'version');
        expect(moved.filter(({ owner_id: owner, version }) => owner === b && version === 2)).toHaveLength(before.length);
      },
      { timeoutMs: 30_000 },
    );
    const events = await office
      .knex('outbox')
      .whereIn('aggregate_id', before.map(({ id }) => id))
      .select<{ event_type: string; aggregate_version: string }[]>('event_type', 'aggregate_version');
    expect(new Set(events.map((event) => `${event.event_type} ${event.aggregate_version}`))).toEqual(new Set(['linli.requests.v1.CaseReassigned 2']));
    expect(events).toHaveLength(before.length);
    const touched = await office.knex('cases').where({ agent_id: a, waits_for: 'nobody' }).andWhereNot({ version: 1 }).select<object[]>('id');
    expect(touched).toEqual([]);
  }, 90_000);
});
