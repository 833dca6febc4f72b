import { systemCaller } from '@linli/auth';
import { openSystemDatabase } from '@linli/db';
import { createTail, createTopics } from '@linli/messaging';
import { verifyAudit } from '@linli/audit';
import { organization } from '@linli/contracts';
import { captureLogger, eventually, silentLogger, testBrokers, testCaller } from '@linli/testing';
import { everything, fresh, giveRole, makeStaff, makeTenant, makeUnit, startOffice, type Office } from './support';

interface Seen {
  readonly type: string;
  readonly tenantId: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly payload: unknown;
}

const topics = ['unit', 'staff', 'grant', 'client'].map((noun) => `internal.organization.${noun}.v1`).concat('public.organization.tenant.v1');
const tenantId = `office-${Date.now().toString(36)}`;
const caller = everything(tenantId);
const logs = captureLogger();
const seen: Seen[] = [];

let office: Office;
let tail: ReturnType<typeof createTail>;

beforeAll(async () => {
  await createTopics(testBrokers(), { partitions: 12 });
  tail = createTail({
    brokers: testBrokers(),
    clientId: 'organization-test',
    topics,
    log: silentLogger(),
    onEvent: (event) => {
      if (event.tenantId === tenantId) seen.push(event);
    },
  });
  await tail.start();
  // It begins at what is newest then: an event before that is not its own.
  await eventually(() => expect(tail.ready()).toBe(true));
  office = await startOffice({ brokers: testBrokers(), overrides: { log: logs.log } });
});

afterAll(async () => {
  await office.stop();
  await tail.stop();
});

describe('an outside subscriber', () => {
  it('sees every change once, in order per aggregate, and nothing personal anywhere', async () => {
    const { root } = await makeTenant(office, tenantId);
    const community = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY, tenantId });
    await office.units.renameUnit({ unitId: community.id, version: 1, nameZh: '改名社区' }, { caller });
    const [a, b] = [await makeStaff(office, community.id, { tenantId }), await makeStaff(office, community.id, { tenantId })];
    await office.staff.setPartner({ staffId: a.id, version: 2, partnerId: b.id }, { caller });
    await office.staff.startAbsence({ staffId: a.id, version: 3 }, { caller });
    await office.staff.endAbsence({ staffId: a.id, version: 4 }, { caller });
    const grant = await giveRole(office, { principalId: a.id, role: 'handler' }, caller);
    await office.staff.createStaff({ code: a.code, name: '重复的人', workPhone: '000-5550166' }, { caller }).catch(() => undefined);
    await office.staff.createStaff({ code: fresh('s'), name: '坏号码', workPhone: '打不通' }, { caller }).catch(() => undefined);

    const expected = [
      [tenantId, 'TenantCreated'],
      [root.id, 'UnitCreated'],
      [community.id, 'UnitCreated', 'UnitRenamed'],
      [a.id, 'StaffCreated', 'PostAssigned', 'PartnerSet', 'AbsenceStarted', 'AbsenceEnded'],
      [b.id, 'StaffCreated', 'PostAssigned', 'PartnerSet'],
      [grant?.id ?? '', 'RoleGranted'],
    ];
    await eventually(() => {
      for (const [id, ...types] of expected) {
        const events = seen.filter((event) => event.aggregateId === id);
        expect(events.map(({ type }) => type.replace('linli.organization.v1.', ''))).toEqual(types);
        expect(events.map(({ version }) => version)).toEqual(types.map((_, index) => index + 1));
      }
    });
    expect((await office.knex('outbox').count())[0]?.['count']).toBe('0');

    const { rows } = await office.knex.raw<{ rows: { text: string }[] }>('select row_to_json(a)::text as text from audit_entries a');
    const personal = /职员|重复的人|坏号码|000-555\d{4}|打不通/;
    for (const text of [JSON.stringify(seen), logs.text(), rows.map((row) => row.text).join('\n')]) expect(text).not.toMatch(personal);
  });

  it('finds who did what in a chain that verifies', async () => {
    const { count = 0 } = (await office.knex('audit_entries').where({ action: 'staff.create' }).count())[0] ?? {};
    expect(Number(count)).toBe(2);
    await eventually(async () => {
      expect(Number((await office.knex('audit_entries').whereNull('seq').count())[0]?.['count'])).toBe(0);
    });
    const system = openSystemDatabase({ url: office.database.relayUrl, name: 'verify', log: silentLogger() });
    const findings = await verifyAudit(system.knex, { tenantId }).finally(() => system.close());
    expect(findings).toEqual([]);
  });
});

describe('the process', () => {
  it('says that it is ready and what it counts', async () => {
    const side = `http://127.0.0.1:${office.app.ports.side}`;
    expect((await fetch(`${side}/readyz`)).status).toBe(200);
    expect((await fetch(`${side}/livez`)).status).toBe(200);
    await office.callers
      .resolveCaller(
        { kind: organization.PrincipalKind.PRINCIPAL_KIND_STAFF, identityIssuer: 'x', identitySubject: 'y' },
        { caller: testCaller({ ...systemCaller(tenantId, 'gateway', ['organization.caller.resolve']) }) },
      )
      .catch(() => undefined);
    expect(await (await fetch(`${side}/metrics`)).text()).toContain('linli_rpc_server_seconds');
  });
});
