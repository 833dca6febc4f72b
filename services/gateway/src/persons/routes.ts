import { residents } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { findNames } from '../names/find-names';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { given, id, nextPageToken, optionalId, optionalText, page, someOf, text, time, timeOf, unreachable } from '../wire/fields';
import { words } from '../wire/words';

const languages = words('LANGUAGE', residents.Language, ['zh', 'mn']);
const purposes = words('REVEAL_PURPOSE', residents.RevealPurpose, ['case_filing', 'contact', 'identity_check', 'own_access']);
const fields = words('PERSON_FIELD', residents.PersonField, ['name', 'phone', 'identity_number']);
const onPerson = z.strictObject({ id });

// Letters of any script; the joiners are Mongolian's, and the dot between parts of a name is typed in several ways.
const name = text(50, /^[ \u3000]*[\p{L}\u3007][\p{L}\p{M}\u3007 \u00a0\u3000\u202f\u180e\u200c\u200d·•‧・∙･.'’-]*$/u);
const identityNumber = optionalText(18, /^([0-9０-９]{15}|[0-9０-９]{17}[0-9０-９XxＸｘ])?$/u);

const personSchema = z
  .strictObject({
    id: z.string(),
    maskedName: z.string(),
    maskedPhone: z.string(),
    maskedIdentityNumber: z.string().optional(),
    preferredLanguage: languages.schema.optional(),
    unitId: z.string(),
    unitPath: z.string(),
    registeredAt: time.optional(),
    version: z.int(),
  })
  .meta({ id: 'Person', description: '一律脱敏；明文只经 :reveal 取得' });

type PersonJson = z.input<typeof personSchema>;

function personToJson(person: residents.Person): PersonJson {
  const { maskedIdentityNumber, preferredLanguage, registeredAt, ...rest } = person;
  return {
    ...rest,
    maskedIdentityNumber: given(maskedIdentityNumber),
    preferredLanguage: languages.fromWire(preferredLanguage),
    registeredAt: timeOf(registeredAt),
  };
}

function answerPerson({ person }: { person: residents.Person | undefined }): Answer<PersonJson> {
  if (person === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: personToJson(person), version: person.version, location: `/v1/persons/${person.id}` };
}

const records: readonly ApiRoute[] = [
  route({
    method: 'post',
    path: '/v1/persons',
    name: 'registerPerson',
    summary: '登记居民（存入加密保险库）',
    tag: 'persons',
    calls: 'residents.v1.PersonService/RegisterPerson',
    creates: true,
    body: z.strictObject({
      name,
      phone: text(30),
      identityNumber: identityNumber.meta({ description: '办事确需时才填' }),
      preferredLanguage: languages.schema.default('zh'),
      unitId: id.meta({ description: '所在网格或楼栋' }),
      identityIssuer: optionalText(300),
      identitySubject: optionalText(255),
    }),
    response: personSchema,
    handle: async ({ body: { preferredLanguage, ...rest }, requestId }, { clients, options }) =>
      answerPerson(await clients.persons.registerPerson({ ...rest, preferredLanguage: languages.toWire(preferredLanguage), requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/persons/{id}',
    name: 'getPerson',
    summary: '一位居民（脱敏）',
    tag: 'persons',
    calls: 'residents.v1.PersonService/GetPerson',
    params: onPerson,
    response: personSchema,
    handle: async ({ params }, { clients, options }) => answerPerson(await clients.persons.getPerson({ personId: params.id }, options)),
  }),
  route({
    method: 'patch',
    path: '/v1/persons/{id}',
    name: 'updatePerson',
    summary: '更正居民信息；未给出的字段不变',
    tag: 'persons',
    calls: 'residents.v1.PersonService/UpdatePerson',
    changes: true,
    params: onPerson,
    body: someOf({ name: name.optional(), phone: text(30).optional(), preferredLanguage: languages.schema.optional(), unitId: id.optional() }),
    response: personSchema,
    handle: async ({ params, body, version }, { clients, options }) => {
      const { preferredLanguage, ...rest } = body;
      const language = preferredLanguage === undefined ? {} : { preferredLanguage: languages.toWire(preferredLanguage) };
      return answerPerson(await clients.persons.updatePerson({ personId: params.id, version, ...rest, ...language }, options));
    },
  }),
];

const lookups: readonly ApiRoute[] = [
  route({
    method: 'post',
    path: '/v1/persons:find',
    name: 'findPersons',
    summary: '按完整电话或完整证件号码查找（二者取一，记入审计）',
    tag: 'persons',
    calls: 'residents.v1.PersonService/FindPersons',
    sensitive: true,
    body: z.strictObject({ phone: optionalText(30), identityNumber }),
    response: z.strictObject({ persons: z.array(personSchema) }),
    handle: async ({ body }, { clients, options }) => {
      const found = await clients.persons.findPersons(body, options);
      return { body: { persons: found.persons.map(personToJson) } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/persons/{id}:reveal',
    name: 'revealPerson',
    summary: '查看明文：写明用途，记入审计，本人可见',
    tag: 'persons',
    calls: 'residents.v1.PersonService/RevealPerson',
    sensitive: true,
    params: onPerson,
    body: z.strictObject({ fields: z.array(fields.schema).min(1).max(3), purpose: purposes.schema, caseId: optionalId.meta({ description: '用途为 case_filing 时必填' }) }),
    response: z.strictObject({ name: z.string().optional(), phone: z.string().optional(), identityNumber: z.string().optional() }),
    handle: async ({ params, body }, { clients, options }) => {
      const wish = { personId: params.id, fields: body.fields.map(fields.toWire), purpose: purposes.toWire(body.purpose), caseId: body.caseId };
      const { name, phone, identityNumber } = await clients.persons.revealPerson(wish, options);
      return { body: { name: given(name), phone: given(phone), identityNumber: given(identityNumber) } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/persons/{id}/accesses',
    name: 'listAccesses',
    summary: '谁看过这位居民的明文',
    tag: 'persons',
    calls: 'residents.v1.PersonService/ListAccesses',
    params: onPerson,
    query: z.strictObject(page),
    response: z.strictObject({
      accesses: z.array(
        z.strictObject({
          at: time.optional(),
          actorId: z.string(),
          actorName: z.string().optional(),
          purpose: purposes.schema.optional(),
          fields: z.array(fields.schema),
          caseId: z.string().optional(),
        }),
      ),
      nextPageToken,
      unreachable,
    }),
    handle: async ({ params, query }, call) => {
      const found = await call.clients.persons.listAccesses({ personId: params.id, ...query }, call.options);
      const names = await findNames(call, { staff: found.accesses.map(({ actorId }) => actorId) });
      const accesses = found.accesses.map((access) => ({
        at: timeOf(access.at),
        actorId: access.actorId,
        actorName: names.staff.get(access.actorId),
        purpose: purposes.fromWire(access.purpose),
        fields: access.fields.flatMap((field) => fields.fromWire(field) ?? []),
        caseId: given(access.caseId),
      }));
      return { body: { accesses, nextPageToken: found.nextPageToken, unreachable: names.unreachable } };
    },
  }),
];

export const personRoutes: readonly ApiRoute[] = [...records, ...lookups];
