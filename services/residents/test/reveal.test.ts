import { residents } from '@linli/contracts';
import { newId } from '@linli/db';
import { addUnit, clerk, clerkOf, inventedNumber, register, resident, startRegistry, type Place, type Registry } from './support';

const { PERSON_FIELD_NAME: NAME, PERSON_FIELD_PHONE: PHONE, PERSON_FIELD_IDENTITY_NUMBER: NUMBER } = residents.PersonField;
const { REVEAL_PURPOSE_CASE_FILING: FILING, REVEAL_PURPOSE_CONTACT: CONTACT, REVEAL_PURPOSE_IDENTITY_CHECK: CHECK, REVEAL_PURPOSE_OWN_ACCESS: OWN } =
  residents.RevealPurpose;

let registry: Registry;
let grid: Place;
let personId: string;
const identityNumber = inventedNumber();
const caller = clerk();

beforeAll(async () => {
  registry = await startRegistry();
  grid = await addUnit(registry);
  ({ id: personId } = await register(registry, { unitId: grid.id, name: '王小明', phone: '+86 0477 8123456', identityNumber }));
});

afterAll(() => registry.stop());

describe('a reveal', () => {
  it('gives the asked fields in clear and no other', async () => {
    const caseId = newId();
    expect(await registry.persons.revealPerson({ personId, fields: [NAME, PHONE], purpose: CONTACT }, { caller })).toEqual({
      name: '王小明',
      phone: '0477-8123456',
      identityNumber: '',
    });
    const filed = await registry.persons.revealPerson({ personId, fields: [NUMBER, NUMBER], purpose: FILING, caseId }, { caller });
    expect(filed).toEqual({ name: '', phone: '', identityNumber });
    expect((await registry.persons.revealPerson({ personId, fields: [NUMBER], purpose: CHECK }, { caller })).identityNumber).toBe(identityNumber);
  });

  it('gives nothing where nothing is kept', async () => {
    const { id } = await register(registry, { unitId: grid.id, phone: '' });
    const clear = await registry.persons.revealPerson({ personId: id, fields: [PHONE, NUMBER], purpose: CHECK }, { caller });
    expect(clear).toEqual({ name: '', phone: '', identityNumber: '' });
  });

  it('follows a change of the phone', async () => {
    const { id } = await register(registry, { unitId: grid.id });
    await registry.persons.updatePerson({ personId: id, version: 1, phone: '13900001111', name: '李四' }, { caller });
    expect(await registry.persons.revealPerson({ personId: id, fields: [NAME, PHONE], purpose: CONTACT }, { caller })).toMatchObject({ name: '李四', phone: '13900001111' });
    expect((await registry.persons.findPersons({ phone: '13900001111' }, { caller })).persons).toHaveLength(1);
  });

  it.each([
    ['nothing', { fields: [], purpose: CONTACT }, 'FIELD_INVALID'],
    ['without a purpose', { fields: [NAME] }, 'FIELD_INVALID'],
    ['for a case without a case', { fields: [NAME], purpose: FILING }, 'FIELD_INVALID'],
    ['for a case that is no id', { fields: [NAME], purpose: FILING, caseId: 'XS-1' }, 'FIELD_INVALID'],
    ['an unnamed field', { fields: [residents.PersonField.PERSON_FIELD_UNSPECIFIED], purpose: CONTACT }, 'FIELD_INVALID'],
    ['an identity number to call somebody', { fields: [NUMBER], purpose: CONTACT }, 'PURPOSE_DOES_NOT_COVER'],
    ['as if it were one’s own', { fields: [NAME], purpose: OWN }, 'PURPOSE_NOT_YOURS'],
  ])('of %s is refused and leaves no access', async (_what, request, reason) => {
    const before = await registry.knex('person_accesses').count();
    await expect(registry.persons.revealPerson({ personId, ...request }, { caller })).rejects.toMatchObject({ reason });
    expect(await registry.knex('person_accesses').count()).toEqual(before);
  });

  it('of oneself needs no other purpose, and no other purpose will do', async () => {
    const own = { caller: resident(personId) };
    expect(await registry.persons.revealPerson({ personId, fields: [NAME, PHONE, NUMBER], purpose: OWN }, own)).toEqual({
      name: '王小明',
      phone: '0477-8123456',
      identityNumber,
    });
    await expect(registry.persons.revealPerson({ personId, fields: [NAME], purpose: CHECK }, own)).rejects.toMatchObject({ reason: 'PURPOSE_NOT_YOURS' });
  });

  it('of a person out of sight is a person who does not exist', async () => {
    for (const stranger of [clerk('baihe'), clerkOf((await addUnit(registry)).path), resident(newId())]) {
      const revealing = registry.persons.revealPerson({ personId, fields: [NAME], purpose: CHECK }, { caller: stranger });
      await expect(revealing).rejects.toMatchObject({ kind: 'not_found', reason: 'PERSON_NOT_FOUND' });
    }
  });
});

describe('the list of who looked', () => {
  it('names each look with actor, purpose, fields and case, the newest first, page by page', async () => {
    const { id } = await register(registry, { unitId: grid.id, identityNumber: inventedNumber() });
    const caseId = newId();
    await registry.persons.revealPerson({ personId: id, fields: [NAME], purpose: CONTACT }, { caller });
    registry.clock.advance(60_000);
    await registry.persons.revealPerson({ personId: id, fields: [NAME, NUMBER], purpose: FILING, caseId }, { caller });
    const own = { caller: resident(id) };
    await registry.persons.revealPerson({ personId: id, fields: [PHONE], purpose: OWN }, own);

    const first = await registry.persons.listAccesses({ personId: id, pageSize: 2 }, own);
    expect(first.accesses).toMatchObject([
      { actorId: id, purpose: OWN, fields: [PHONE], caseId: '' },
      { actorId: caller.subject, purpose: FILING, fields: [NAME, NUMBER], caseId, at: registry.clock.now() },
    ]);
    const second = await registry.persons.listAccesses({ personId: id, pageSize: 2, pageToken: first.nextPageToken }, own);
    expect(second).toMatchObject({ accesses: [{ purpose: CONTACT, fields: [NAME] }], nextPageToken: '' });
    const others = registry.persons.listAccesses({ personId, pageSize: 2, pageToken: first.nextPageToken }, { caller: resident(personId) });
    await expect(others).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });

  it('is for the person and for those who audit where they are served', async () => {
    const auditor = clerkOf(grid.path);
    expect((await registry.persons.listAccesses({ personId }, { caller: auditor })).accesses).not.toHaveLength(0);
    for (const stranger of [resident(newId()), clerkOf((await addUnit(registry)).path), { ...auditor, tenantId: 'baihe' }]) {
      await expect(registry.persons.listAccesses({ personId }, { caller: stranger })).rejects.toMatchObject({ reason: 'PERSON_NOT_FOUND' });
    }
  });

  it('agrees with the audit trail', async () => {
    const [looks, audited] = await Promise.all([
      registry.knex('person_accesses').where({ person_id: personId }),
      registry.knex('audit_entries').where({ object_id: personId, action: 'person.reveal', outcome: 'success' }).orderBy('id').select<{ purpose: string; details: unknown }[]>(),
    ]);
    expect(audited).toHaveLength(looks.length);
    expect(audited[0]).toMatchObject({ purpose: 'contact', details: { fields: 'name+phone' } });
  });
});
