import { systemCaller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { openSystemDatabase } from '@linli/db';
import { silentLogger } from '@linli/testing';
import { everything, makeStaff, makeTenant, makeUnit, startOffice, type Office } from './support';

let office: Office;
const operator = systemCaller('xingsheng', 'operator', ['organization.tenant.restate']);

beforeAll(async () => {
  office = await startOffice();
}, 60_000);

afterAll(() => office.stop());

interface OutboxRow {
  readonly aggregate_id: string;
  readonly aggregate_version: number;
  readonly event_type: string;
  readonly payload: Buffer;
}

async function sent(): Promise<OutboxRow[]> {
  const system = openSystemDatabase({ url: office.database.adminUrl, name: 'test', log: silentLogger() });
  try {
    return await system.knex<OutboxRow>('outbox').where('event_type', 'like', '%Restated').orderBy('id');
  } finally {
    await system.close();
  }
}

describe('an office that is told again', () => {
  it('gives each unit, person and grant its next version and one event with the whole state, parts in order', async () => {
    const { root } = await makeTenant(office);
    const caller = everything();
    const grid = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
    const closed = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
    await office.units.closeUnit({ unitId: closed.id, version: closed.version, validTo: closed.validFrom }, { caller });
    const standIn = await makeStaff(office, grid.id);
    const hired = await makeStaff(office, grid.id);
    const away = { staffId: hired.id, until: new Date('2026-11-26T00:00:00+08:00') };
    await office.staff.startAbsence({ ...away, version: hired.version }, { caller });
    const leave = { staffId: hired.id, from: new Date('2027-02-01T00:00:00+08:00'), standInId: standIn.id };
    const { staff: person = hired } = await office.staff.startAbsence({ ...leave, version: hired.version + 1 }, { caller });

    const parts: string[] = [];
    for (let pageToken = ''; ; ) {
      const page = await office.operatorTenants.restateTenant({ pageToken }, { caller: operator });
      parts.push(...(page.restated > 0 ? [String(page.restated)] : []));
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    const events = await sent();
    expect(events).toHaveLength(parts.reduce((sum, count) => sum + Number(count), 0));
    const types = events.map(({ event_type: type }) => type.split('.').at(-1));
    expect([...new Set(types)].slice(0, 2)).toEqual(['UnitRestated', 'StaffRestated']);
    const of = (id: string) => events.filter((event) => event.aggregate_id === id);
    expect(of(closed.id)).toMatchObject([{ aggregate_version: closed.version + 2 }]);
    expect(JSON.parse(of(closed.id)[0]?.payload.toString() ?? '')).toMatchObject({ unitId: closed.id, validTo: closed.validFrom, path: closed.path });
    expect(of(person.id)).toMatchObject([{ aggregate_version: person.version + 1 }]);
    // Who is away, who will be, and who stands in then.
    const told = organization.StaffRestated.fromJSON(JSON.parse(of(person.id)[0]?.payload.toString() ?? ''));
    expect(told.staff?.absences).toEqual(person.absences);
    expect(person.absences.map(({ standInId }) => standInId)).toEqual(['', standIn.id]);
    expect((await office.staff.getStaff({ staffId: person.id }, { caller })).staff).toEqual({ ...person, version: person.version + 1 });
  });

  it('refuses a page token that it did not give', async () => {
    await expect(office.operatorTenants.restateTenant({ pageToken: 'forged.token' }, { caller: operator })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });
});
