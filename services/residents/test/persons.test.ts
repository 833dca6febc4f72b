import { organization, residents } from '@linli/contracts';
import { newId } from '@linli/db';
import { testCaller } from '@linli/testing';
import { addUnit, apply, clerk, clerkOf, history, inventedNumber, inventedPhone, register, resident, startRegistry, type Place, type Registry } from './support';

let registry: Registry;
let grid: Place;
let elsewhere: Place;
const caller = clerk();

beforeAll(async () => {
  registry = await startRegistry();
  grid = await addUnit(registry);
  elsewhere = await addUnit(registry);
});

afterAll(() => registry.stop());

describe('a registration', () => {
  it('shows the person masked, and is told of once', async () => {
    const person = await register(registry, {
      unitId: grid.id,
      name: ' 王小明 ',
      phone: '138 1234 5678',
      identityNumber: '110105491231002',
      preferredLanguage: residents.Language.LANGUAGE_MN,
    });
    expect(person).toMatchObject({
      maskedName: '王*明',
      maskedPhone: '138****5678',
      maskedIdentityNumber: '110***********002X',
      preferredLanguage: 'LANGUAGE_MN',
      unitId: grid.id,
      unitPath: grid.path,
      version: 1,
      registeredAt: registry.clock.now(),
    });
    expect(await history(registry, person.id)).toEqual(['PersonRegistered 1']);
  });

  it('needs neither phone nor identity number nor language', async () => {
    const person = await register(registry, { unitId: grid.id, phone: '' });
    expect(person).toMatchObject({ maskedPhone: '', maskedIdentityNumber: '', preferredLanguage: 'LANGUAGE_ZH' });
  });

  it('is made once for a repeated request, also at the same moment', async () => {
    const request = { requestId: newId(), name: '李四', phone: inventedPhone(), unitId: grid.id };
    const [one, two] = await Promise.all([registry.persons.registerPerson(request, { caller }), registry.persons.registerPerson(request, { caller })]);
    const three = await registry.persons.registerPerson(request, { caller });
    expect(two).toEqual(one);
    expect(three).toEqual(one);
    const changed = registry.persons.registerPerson({ ...request, name: '李五' }, { caller });
    await expect(changed).rejects.toMatchObject({ kind: 'invalid_argument', reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('refuses an identity number that the tenant knows, does not say whose it is, and notes the attempt', async () => {
    const identityNumber = inventedNumber();
    const first = await register(registry, { unitId: elsewhere.id, identityNumber });
    const again = registry.persons.registerPerson({ name: '赵六', identityNumber: identityNumber.toLowerCase(), unitId: grid.id }, { caller });
    await expect(again).rejects.toMatchObject({ kind: 'already_exists', reason: 'IDENTITY_NUMBER_TAKEN', details: {}, message: expect.not.stringContaining(first.id) });
    expect(await registry.knex('audit_entries').where({ outcome: 'denied', action: 'person.register', actor: caller.subject })).toHaveLength(1);
    // Another office does not share it.
    const there = await addUnit(registry, '/', 'baihe');
    await register(registry, { unitId: there.id, identityNumber }, clerk('baihe'));
  });

  it('lets one of two at the same moment have an identity number', async () => {
    const identityNumber = inventedNumber();
    const both = await Promise.allSettled([1, 2].map(() => register(registry, { unitId: grid.id, identityNumber })));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('refuses a sign-in that is somebody else’s', async () => {
    const signIn = { identityIssuer: 'https://issuer.example', identitySubject: newId() };
    await register(registry, { unitId: grid.id, ...signIn });
    await expect(register(registry, { unitId: grid.id, ...signIn })).rejects.toMatchObject({ kind: 'already_exists', reason: 'SIGN_IN_TAKEN' });
    await expect(register(registry, { unitId: grid.id, identityIssuer: 'x' })).rejects.toMatchObject({ violations: [{ field: 'identity_subject', code: 'required' }] });
  });

  it('refuses a phone that twenty people have', async () => {
    const phone = inventedPhone();
    for (let count = 0; count < 20; count += 1) await register(registry, { unitId: grid.id, phone });
    await expect(register(registry, { unitId: grid.id, phone })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'PHONE_SHARED_TOO_OFTEN' });
  });

  it.each([
    ['no name', { name: '' }, 'name', 'required'],
    ['a phone of nowhere', { phone: '12345' }, 'phone', 'malformed'],
    ['a wrong identity number', { identityNumber: '110105194912310021' }, 'identity_number', 'check_character_wrong'],
    ['no unit', { unitId: '' }, 'unit_id', 'required'],
    ['a unit that is no id', { unitId: "x'; drop table persons" }, 'unit_id', 'malformed'],
    ['an unknown language', { preferredLanguage: 'LANGUAGE_KLINGON' as residents.Language }, 'preferred_language', 'unknown'],
    ['a lone surrogate', { name: '王\ud800' }, 'name', 'malformed'],
    ['much too much', { name: '王'.repeat(10_000) }, 'name', 'too_long'],
  ])('refuses %s', async (...[, facts, field, code]) => {
    const registering = register(registry, { unitId: grid.id, ...facts });
    await expect(registering).rejects.toMatchObject({ kind: 'invalid_argument', reason: 'FIELD_INVALID', violations: [{ field, code }] });
  });

  it('needs a unit that exists, is open, is of this tenant and is the clerk’s', async () => {
    await expect(register(registry, { unitId: newId() })).rejects.toMatchObject({ kind: 'not_found', reason: 'UNIT_UNKNOWN' });
    await expect(register(registry, { unitId: grid.id }, clerk('baihe'))).rejects.toMatchObject({ reason: 'UNIT_UNKNOWN' });
    await expect(register(registry, { unitId: elsewhere.id }, clerkOf(grid.path))).rejects.toMatchObject({ kind: 'permission_denied', reason: 'UNIT_OUT_OF_SCOPE' });
    const closed = await addUnit(registry);
    const payload = organization.UnitClosed.fromPartial({ unitId: closed.id, validTo: '2026-11-24' });
    await apply(registry, { type: 'linli.organization.v1.UnitClosed', tenantId: 'xingsheng', aggregateId: closed.id, version: 2, payload });
    await expect(register(registry, { unitId: closed.id })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'UNIT_CLOSED' });
  });
});

describe('a change', () => {
  it('writes what was given and names it in its event', async () => {
    const { id } = await register(registry, { unitId: grid.id, identityNumber: inventedNumber() });
    const { person } = await registry.persons.updatePerson({ personId: id, version: 1, name: '王大明', phone: '', unitId: elsewhere.id }, { caller });
    expect(person).toMatchObject({ maskedName: '王*明', maskedPhone: '', unitPath: elsewhere.path, version: 2, maskedIdentityNumber: expect.stringMatching(/^159/) });
    const [, event] = await registry.knex('outbox').where({ aggregate_id: id }).orderBy('id').select<{ payload: Buffer }[]>('payload');
    expect(JSON.parse(String(event?.payload))).toEqual({ personId: id, unitId: elsewhere.id, fields: ['name', 'phone', 'unit_id'] });
    expect(await history(registry, id)).toEqual(['PersonRegistered 1', 'PersonUpdated 2']);
  });

  it('of nothing changes nothing', async () => {
    const before = await register(registry, { unitId: grid.id });
    const { person } = await registry.persons.updatePerson({ personId: before.id, version: 1 }, { caller });
    expect(person).toEqual(before);
    expect(await history(registry, before.id)).toEqual(['PersonRegistered 1']);
  });

  it('needs the version it was decided on; of two at a time one wins', async () => {
    const { id } = await register(registry, { unitId: grid.id });
    await expect(registry.persons.updatePerson({ personId: id, name: '王二' }, { caller })).rejects.toMatchObject({ violations: [{ field: 'version', code: 'required' }] });
    const both = await Promise.allSettled(['王三', '王四'].map((name) => registry.persons.updatePerson({ personId: id, version: 1, name }, { caller })));
    const loser = both.find((result) => result.status === 'rejected');
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(loser?.reason).toMatchObject({ kind: 'aborted', reason: 'VERSION_STALE', details: { current: '2' } });
  });

  it('of one’s own is the phone and the language, not what papers prove', async () => {
    const { id } = await register(registry, { unitId: grid.id });
    const own = { caller: resident(id) };
    const { person } = await registry.persons.updatePerson({ personId: id, version: 1, phone: '13900001111', preferredLanguage: residents.Language.LANGUAGE_MN }, own);
    expect(person).toMatchObject({ maskedPhone: '139****1111', preferredLanguage: 'LANGUAGE_MN', version: 2 });
    for (const change of [{ name: '王五' }, { unitId: elsewhere.id }]) {
      const changing = registry.persons.updatePerson({ personId: id, version: 2, ...change }, own);
      await expect(changing).rejects.toMatchObject({ kind: 'permission_denied', reason: 'PERSON_FIELD_BY_STAFF_ONLY' });
    }
  });

  it('does not send a person where the clerk has no say', async () => {
    const { id } = await register(registry, { unitId: grid.id });
    const moving = registry.persons.updatePerson({ personId: id, version: 1, unitId: elsewhere.id }, { caller: clerkOf(grid.path) });
    await expect(moving).rejects.toMatchObject({ reason: 'UNIT_OUT_OF_SCOPE' });
  });
});

describe('a person', () => {
  it('does not exist for another tenant, another unit’s clerk, or another resident', async () => {
    const { id } = await register(registry, { unitId: grid.id });
    for (const stranger of [clerk('baihe'), clerkOf(elsewhere.path), resident(newId())]) {
      const options = { caller: stranger };
      await expect(registry.persons.getPerson({ personId: id }, options)).rejects.toMatchObject({ kind: 'not_found', reason: 'PERSON_NOT_FOUND' });
      await expect(registry.persons.updatePerson({ personId: id, version: 1, phone: '' }, options)).rejects.toMatchObject({ reason: 'PERSON_NOT_FOUND' });
      expect(await registry.persons.batchGetPersons({ personIds: [id] }, options)).toEqual({ persons: [] });
    }
    for (const friend of [clerkOf(grid.path), resident(id)]) {
      expect((await registry.persons.getPerson({ personId: id }, { caller: friend })).person).toMatchObject({ id });
    }
  });

  it('comes in a batch in the order asked for, without those that are not to be seen', async () => {
    const [one, two, three] = [await register(registry, { unitId: grid.id }), await register(registry, { unitId: elsewhere.id }), await register(registry, { unitId: grid.id })];
    const { persons } = await registry.persons.batchGetPersons({ personIds: [three.id, newId(), two.id, one.id, three.id] }, { caller: clerkOf(grid.path) });
    expect(persons.map(({ id }) => id)).toEqual([three.id, one.id]);
    const many = registry.persons.batchGetPersons({ personIds: Array.from({ length: 201 }, () => one.id) }, { caller });
    await expect(many).rejects.toMatchObject({ violations: [{ field: 'person_ids', code: 'too_many' }] });
  });

  it('is found by who signs in, within the tenant', async () => {
    const signIn = { identityIssuer: 'https://issuer.example', identitySubject: newId() };
    const { id } = await register(registry, { unitId: grid.id, ...signIn });
    const gateway = testCaller({ kind: 'system', subject: 'system:gateway', permissions: ['residents.person.resolve'] });
    expect(await registry.persons.resolveResident(signIn, { caller: gateway })).toEqual({ personId: id, maskedName: '王*明', preferredLanguage: 'LANGUAGE_ZH' });
    for (const [request, tenantId] of [[{ ...signIn, identitySubject: 'other' }, 'xingsheng'], [signIn, 'baihe']] as const) {
      await expect(registry.persons.resolveResident(request, { caller: { ...gateway, tenantId } })).rejects.toMatchObject({ kind: 'not_found' });
    }
  });

  it('is vouched for to other services with the place only', async () => {
    const { id } = await register(registry, { unitId: grid.id });
    const service = testCaller({ kind: 'system', subject: 'system:requests', permissions: ['residents.person.check'] });
    expect(await registry.persons.checkPerson({ personId: id }, { caller: service })).toEqual({ personId: id, unitId: grid.id, unitPath: grid.path });
    await expect(registry.persons.checkPerson({ personId: newId() }, { caller: service })).rejects.toMatchObject({ reason: 'PERSON_NOT_FOUND' });
  });
});

describe('a look-up', () => {
  it('finds by whole value, however it is written, and is audited for each person found', async () => {
    const [phone, identityNumber] = ['0477-8123456', inventedNumber()];
    const one = await register(registry, { unitId: grid.id, phone, identityNumber });
    const two = await register(registry, { unitId: grid.id, phone: '+86 (477) 812-3456' });
    const byPhone = await registry.persons.findPersons({ phone: '04778123456' }, { caller });
    expect(byPhone.persons.map(({ id }) => id)).toEqual([two.id, one.id]);
    const byNumber = await registry.persons.findPersons({ identityNumber: ` ${identityNumber} ` }, { caller });
    expect(byNumber.persons).toEqual([one]);
    const audited = await registry.knex('audit_entries').where({ action: 'person.find', object_id: one.id }).orderBy('id').select<{ details: unknown }[]>('details');
    expect(audited.map(({ details }) => details)).toEqual([{ by: 'phone', found: 2 }, { by: 'identity_number', found: 1 }]);
  });

  it('that finds nobody is audited too', async () => {
    expect(await registry.persons.findPersons({ phone: inventedPhone() }, { caller })).toEqual({ persons: [] });
    expect(await registry.knex('audit_entries').where({ action: 'person.find', object_id: 'nobody' })).not.toHaveLength(0);
  });

  it('sees only what the clerk covers, and only this tenant', async () => {
    const phone = inventedPhone();
    await register(registry, { unitId: elsewhere.id, phone });
    for (const stranger of [clerkOf(grid.path), clerk('baihe')]) {
      expect(await registry.persons.findPersons({ phone }, { caller: stranger })).toEqual({ persons: [] });
    }
  });

  it('takes exactly one of the two, in full', async () => {
    for (const request of [{}, { phone: inventedPhone(), identityNumber: inventedNumber() }, { phone: '138' }, { identityNumber: '110105' }]) {
      await expect(registry.persons.findPersons(request, { caller })).rejects.toMatchObject({ kind: 'invalid_argument', reason: 'FIELD_INVALID' });
    }
  });
});
