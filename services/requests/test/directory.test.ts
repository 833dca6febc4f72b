import { organization } from '@linli/contracts';
import { newId, openDatabase, openSystemDatabase, type Database, type SystemDatabase, type Tx } from '@linli/db';
import { handleAlone, type EventHandlers } from '@linli/messaging';
import { createTestDatabase, fixedClock, silentLogger, type TestDatabase } from '@linli/testing';
import { onDuty, type DutyCause } from '../src/directory/duty';
import { directoryHandlers, dutyTimer } from '../src/directory/events';
import { findUnitByCode, getOpenUnit, getUnit, saveUnits, unitPathOf, type DirectoryUnit } from '../src/directory/store';
import { migrations } from '../src/index';
import { setTimer } from '../src/timers/store';
import { createTimerSweep } from '../src/timers/timer-sweep';

// No service runs here: its own sweep would take the timers away.
let database: TestDatabase;
let db: Database;
let system: SystemDatabase;
const opening = '2026-11-24T09:00:00+08:00';
const clock = fixedClock(opening);
const log = silentLogger();
const tenantId = 'xingsheng';
const hour = 3_600_000;

beforeAll(async () => {
  database = await createTestDatabase({ name: 'requests', migrations });
  db = openDatabase({ url: database.appUrl, name: 'test', log });
  system = openSystemDatabase({ url: database.relayUrl, name: 'test', log });
});

afterAll(async () => {
  await db.close();
  await system.close();
  await database.drop();
});

beforeEach(() => clock.set(opening));

/** A small directory that notes whom it told of. */
function directory() {
  const told: { agentId: string; cause: DutyCause }[] = [];
  const onStaffChanged = async (_tx: Tx, agentId: string, cause: DutyCause) => void told.push({ agentId, cause });
  const handlers: EventHandlers = directoryHandlers(clock, { onStaffChanged, onUnitSucceeded: () => Promise.resolve(0) });
  const inTenant = <T>(work: (tx: Tx) => Promise<T>) => db.withTenant({ tenantId }, work);
  async function hear(name: string, aggregateId: string, { version, payload }: { version: number; payload: object }): Promise<void> {
    const type = `linli.organization.v1.${name}`;
    const event = { id: newId(), type, tenantId, aggregateId, version, time: clock.now(), payload };
    const handler = handlers[type];
    if (handler === undefined) throw new Error(`nobody handles ${type}`);
    await inTenant((tx) => handleAlone(handler, tx, event));
  }
  const versions = new Map<string, number>();
  return {
    told,
    onStaffChanged,
    inTenant,
    hear,
    /** The next event of a member of staff, with their whole state. */
    staff(name: string, state: Partial<organization.StaffState> & { staffId: string }, version = (versions.get(state.staffId) ?? 0) + 1) {
      versions.set(state.staffId, version);
      const staff = { active: true, partnerId: '', absences: [], posts: [], ...state };
      return hear(name, state.staffId, { version, payload: { staff } });
    },
    coordinator: (staffId: string, grantId = newId()) =>
      hear('RoleGranted', grantId, { version: 1, payload: { grantId, principalKind: 'PRINCIPAL_KIND_STAFF', principalId: staffId, role: 'coordinator' } }).then(() => grantId),
    duty: (agentId: string) => inTenant((tx) => onDuty(tx, agentId, clock.now())),
    async sweep() {
      const handlers = { duty: dutyTimer(clock, { onStaffChanged }), mandate: async () => undefined, succession: async () => undefined };
      const sweeps = [1, 2].map(() => createTimerSweep({ db, system, now: clock.now, log, handlers }));
      await Promise.all(sweeps.map((sweep) => sweep.sweepOnce()));
    },
  };
}

/** Two partners, in the directory. */
async function partners(folder = directory()) {
  const [a, b] = [newId(), newId()];
  await folder.staff('StaffCreated', { staffId: a });
  await folder.staff('StaffCreated', { staffId: b });
  await folder.staff('PartnerSet', { staffId: a, partnerId: b });
  await folder.staff('PartnerSet', { staffId: b, partnerId: a });
  folder.told.length = 0;
  return { folder, a, b };
}

const absent = (from: Date, until?: Date, standInId = '') => ({ absences: [{ id: newId(), from, until, standInId }] });
const away = absent(new Date(Date.parse(opening) - hour));

describe('duty', () => {
  it('passes to the partner when the agent goes, and back when they return', async () => {
    const { folder, a, b } = await partners();
    expect(await folder.duty(a)).toEqual({ agentId: a, backupId: b, ownerId: a, standingIn: 'agent' });
    await folder.staff('AbsenceStarted', { staffId: a, partnerId: b, ...away });
    expect(await folder.duty(a)).toMatchObject({ ownerId: b, standingIn: 'backup' });
    await folder.staff('AbsenceEnded', { staffId: a, partnerId: b });
    expect(await folder.duty(a)).toMatchObject({ ownerId: a });
    expect(folder.told).toEqual([{ agentId: a, cause: 'absence' }, { agentId: a, cause: 'return' }]);
  });

  it('passes on for good when the agent leaves the office', async () => {
    const { folder, a, b } = await partners();
    await folder.staff('StaffDeactivated', { staffId: a, partnerId: b, active: false });
    expect(await folder.duty(a)).toMatchObject({ ownerId: b });
    expect(folder.told).toEqual([{ agentId: a, cause: 'deactivated' }]);
  });

  it('goes to a coordinator when both are away, and the partner’s return takes it', async () => {
    const { folder, a, b } = await partners();
    const c = newId();
    await folder.staff('StaffCreated', { staffId: c });
    await folder.staff('AbsenceStarted', { staffId: b, partnerId: a, ...away });
    await folder.staff('AbsenceStarted', { staffId: a, partnerId: b, ...away });
    // Nobody covers them until there is a coordinator.
    expect(await folder.duty(a)).toMatchObject({ ownerId: a, standingIn: 'nobody' });
    folder.told.length = 0;
    const grantId = await folder.coordinator(c);
    expect(await folder.duty(a)).toMatchObject({ ownerId: c, standingIn: 'coordinator' });
    expect(folder.told.map(({ agentId }) => agentId)).toEqual(expect.arrayContaining([a, b]));
    await folder.staff('AbsenceEnded', { staffId: b, partnerId: a });
    expect(await folder.duty(a)).toMatchObject({ ownerId: b, standingIn: 'backup' });
    await folder.hear('GrantRevoked', grantId, { version: 2, payload: { grantId, principalId: c } });
    await folder.staff('AbsenceStarted', { staffId: b, partnerId: a, ...away });
    expect(await folder.duty(a)).toMatchObject({ ownerId: a, standingIn: 'nobody' });
  });

  it('follows another partner', async () => {
    const { folder, a, b } = await partners();
    const c = newId();
    await folder.staff('StaffCreated', { staffId: c });
    await folder.staff('AbsenceStarted', { staffId: a, partnerId: b, ...away });
    await folder.staff('PartnerSet', { staffId: a, partnerId: c, ...away });
    expect(await folder.duty(a)).toMatchObject({ backupId: c, ownerId: c });
    expect(folder.told.at(-1)).toEqual({ agentId: a, cause: 'partner_changed' });
  });

  it('is told of once: a repeated or late event changes nothing', async () => {
    const { folder, a, b } = await partners();
    await folder.staff('AbsenceStarted', { staffId: a, partnerId: b, ...away });
    await folder.staff('AbsenceStarted', { staffId: a, partnerId: b, ...away }, 3);
    await folder.staff('PartnerSet', { staffId: a, partnerId: '' }, 2);
    expect(await folder.duty(a)).toMatchObject({ ownerId: b });
    expect(folder.told).toHaveLength(1);
  });

  it('of somebody unknown is an error', async () => {
    await expect(directory().duty(newId())).rejects.toMatchObject({ kind: 'not_found', reason: 'AGENT_UNKNOWN' });
  });
});

describe('an absence with its own times', () => {
  it('acts when it begins and when it ends, once, with any number of sweeps', async () => {
    const { folder, a, b } = await partners();
    const [from, until] = [new Date(Date.parse(opening) + hour), new Date(Date.parse(opening) + 2 * hour)];
    await folder.staff('AbsenceStarted', { staffId: a, partnerId: b, ...absent(from, until) });
    await folder.sweep();
    expect(folder.told).toEqual([]);
    clock.advance(hour);
    // A case filed in the moment before the sweep is right already.
    expect(await folder.duty(a)).toMatchObject({ ownerId: b });
    await Promise.all([folder.sweep(), folder.sweep()]);
    expect(folder.told).toEqual([{ agentId: a, cause: 'absence' }]);
    clock.advance(hour);
    await folder.sweep();
    expect(folder.told.slice(1)).toEqual([{ agentId: a, cause: 'return' }]);
    expect(await folder.inTenant((tx) => tx('timers').where({ subject_id: a }))).toEqual([]);
  });

  it('names who stands in, before the partner, for its own time', async () => {
    const { folder, a, b } = await partners();
    const c = newId();
    await folder.staff('StaffCreated', { staffId: c });
    const [at1, at2, at3] = [1, 2, 3].map((hours) => new Date(Date.parse(opening) + hours * hour)) as [Date, Date, Date];
    const absences = [...absent(at1, at2, c).absences, ...absent(at2, at3).absences];
    await folder.staff('AbsenceStarted', { staffId: a, partnerId: b, absences });
    const acting: string[] = [];
    for (let hours = 0; hours < 4; hours += 1) {
      await folder.sweep();
      acting.push((await folder.duty(a)).ownerId);
      clock.advance(hour);
    }
    expect(acting).toEqual([a, c, b, a]);
    expect(folder.told).toEqual([{ agentId: a, cause: 'absence' }, { agentId: a, cause: 'absence' }, { agentId: a, cause: 'return' }]);
  });

  it('goes to the partner while the named one is away too, and back', async () => {
    const { folder, a, b } = await partners();
    const c = newId();
    await folder.staff('StaffCreated', { staffId: c });
    await folder.staff('AbsenceStarted', { staffId: a, partnerId: b, ...absent(new Date(Date.parse(opening) - hour), undefined, c) });
    expect(await folder.duty(a)).toMatchObject({ ownerId: c, standingIn: 'named' });
    await folder.staff('AbsenceStarted', { staffId: c, ...away });
    await folder.staff('AbsenceEnded', { staffId: c });
    await folder.staff('StaffDeactivated', { staffId: c, active: false });
    expect(await folder.duty(a)).toMatchObject({ ownerId: b, standingIn: 'backup' });
    expect(folder.told.flatMap(({ agentId, cause }) => (agentId === a ? [cause] : []))).toEqual(['absence', 'absence', 'return', 'deactivated']);
  });

  it('that is called off before it begins does nothing', async () => {
    const { folder, a, b } = await partners();
    await folder.staff('AbsenceStarted', { staffId: a, partnerId: b, ...absent(new Date(Date.parse(opening) + hour)) });
    await folder.staff('AbsenceEnded', { staffId: a, partnerId: b });
    clock.advance(2 * hour);
    await folder.sweep();
    expect(folder.told).toEqual([]);
  });
});

describe('a case written while duty changes', () => {
  it('is seen by the change: the change waits, gives way and comes again', async () => {
    const { folder, a, b } = await partners();
    await folder.inTenant(async (tx) => {
      expect(await onDuty(tx, a, clock.now())).toMatchObject({ ownerId: a });
      const changing = folder.staff('AbsenceStarted', { staffId: a, partnerId: b, ...away }, 3);
      await expect(changing).rejects.toMatchObject({ kind: 'aborted', reason: 'ROW_BUSY' });
    });
    expect(folder.told).toEqual([]);
    await folder.staff('AbsenceStarted', { staffId: a, partnerId: b, ...away }, 3);
    expect(folder.told).toEqual([{ agentId: a, cause: 'absence' }]);
  });
});

describe('units', () => {
  it('are known by id and code, with their path, until they close', async () => {
    const folder = directory();
    const [first, second] = [newId(), newId()];
    const created = (unitId: string) => ({ unitId, kind: 'UNIT_KIND_DEPARTMENT', parentId: '', path: `/${unitId}/`, code: 'housing-2', validFrom: '2026-01-01' });
    await folder.hear('UnitCreated', first, { version: 1, payload: created(first) });
    await folder.hear('UnitClosed', first, { version: 2, payload: organization.UnitClosed.fromPartial({ unitId: first, validTo: '2026-11-24' }) });
    await folder.hear('UnitCreated', first, { version: 1, payload: created(first) });
    await folder.hear('UnitCreated', second, { version: 1, payload: created(second) });
    await folder.inTenant(async (tx) => {
      expect(await unitPathOf(tx, first)).toBe(`/${first}/`);
      await expect(getOpenUnit(tx, first, '2026-11-24')).rejects.toMatchObject({ reason: 'UNIT_CLOSED' });
      expect(await getOpenUnit(tx, first, '2026-11-23')).toMatchObject({ kind: 'department' });
      expect(await findUnitByCode(tx, 'housing-2')).toMatchObject({ id: second });
      expect(await findUnitByCode(tx, 'no-such')).toBeUndefined();
      await expect(unitPathOf(tx, newId())).rejects.toMatchObject({ kind: 'not_found', reason: 'UNIT_UNKNOWN' });
    });
    const elsewhere = db.withTenant({ tenantId: 'sandao' }, (tx) => unitPathOf(tx, first));
    await expect(elsewhere).rejects.toMatchObject({ reason: 'UNIT_UNKNOWN' });
  });

  it('may be of any kind that an office has', async () => {
    const folder = directory();
    const kinds = Object.values(organization.UnitKind).filter((kind) => !/UNSPECIFIED|UNRECOGNIZED/.test(kind));
    for (const kind of kinds) {
      const unitId = newId();
      await folder.hear('UnitCreated', unitId, { version: 1, payload: organization.UnitCreated.fromPartial({ unitId, kind, path: `/${unitId}/`, code: kind, validFrom: '2026-01-01' }) });
      await folder.inTenant(async (tx) => expect(`UNIT_KIND_${(await getUnit(tx, unitId)).kind.toUpperCase()}`).toBe(kind));
    }
    expect(kinds.length).toBeGreaterThanOrEqual(6);
  });

  it('keep the latest of many that are told at once, in whatever order, and no older one afterwards', async () => {
    const folder = directory();
    const [one, other] = [newId(), newId()];
    const told = (id: string, version: number): DirectoryUnit & { version: number } => ({ id, path: `/${id}/`, kind: 'grid', code: `v${version}`, validTo: version === 3 ? '2026-12-31' : undefined, version });
    await folder.inTenant((tx) => saveUnits(tx, [told(one, 2), told(other, 1), told(one, 3), told(one, 1)]));
    const seen = () => folder.inTenant(async (tx) => [await getUnit(tx, one), await getUnit(tx, other)]);
    const expected = [expect.objectContaining({ id: one, code: 'v3', validTo: '2026-12-31' }), expect.objectContaining({ id: other, code: 'v1', validTo: undefined })];
    expect(await seen()).toEqual(expected);
    await folder.inTenant((tx) => saveUnits(tx, [told(one, 2), told(other, 1)]));
    expect(await seen()).toEqual(expected);
    await folder.inTenant((tx) => saveUnits(tx, [told(one, 4)]));
    expect((await seen())[0]).toMatchObject({ code: 'v4', validTo: undefined });
  });
});

describe('a timer whose work fails', () => {
  it('is tried again later and does not hold up the others', async () => {
    const [broken, fine] = [newId(), newId()];
    const done: string[] = [];
    let mended = false;
    const duty = async (_tx: Tx, id: string) => {
      if (id === broken && !mended) throw new Error('not now');
      done.push(id);
    };
    const sweep = createTimerSweep({ db, system, now: clock.now, log, handlers: { duty, mandate: async () => undefined, succession: async () => undefined } });
    await db.withTenant({ tenantId: 'baihe' }, async (tx) => {
      await setTimer(tx, { kind: 'duty', subjectId: broken }, new Date(clock.now().getTime() - 2));
      await setTimer(tx, { kind: 'duty', subjectId: fine }, new Date(clock.now().getTime() - 1));
    });
    await sweep.sweepOnce();
    expect(done).toEqual([fine]);
    mended = true;
    await sweep.sweepOnce();
    expect(done).toEqual([fine]);
    clock.advance(1_000);
    await sweep.sweepOnce();
    expect(done).toEqual([fine, broken]);
  });
});
