import { FIELD_CLASSES, METHODS, residents } from '@linli/contracts';
import { requestKey } from '@linli/grpc';
import { captureLogger } from '@linli/testing';
import { checkCharacter } from '../src/persons/identity-number';
import { addUnit, clerk, inventedNumber, register, resident, startRegistry, type Registry } from './support';
import { recordSpans, type RecordedSpans } from './spans';

const secrets = {
  name: '慕容雪芹',
  phone: '19907654321',
  identityNumber: inventedNumber(),
  newName: '慕容雪莲',
  newPhone: '0477-8765432',
  wrongNumber: `15990019491302001${checkCharacter('15990019491302001')}`,
};

let registry: Registry;
let spans: RecordedSpans;
let errors: string;
const logs = captureLogger();

beforeAll(async () => {
  spans = recordSpans();
  registry = await startRegistry({ log: logs.log });
  errors = await journey();
});

afterAll(async () => {
  await registry.stop();
  spans.stop();
});

/** All that can happen to one person, failures included; gives what the failures said. */
async function journey(): Promise<string> {
  const caller = clerk();
  const { persons } = registry;
  const { id: unitId } = await addUnit(registry);
  const { name, phone, identityNumber } = secrets;
  const request = { requestId: 'journey-1', name, phone, identityNumber, unitId, identityIssuer: 'https://issuer.example', identitySubject: 'journey' };
  const { person } = await persons.registerPerson(request, { caller });
  const personId = person?.id ?? '';
  await persons.registerPerson(request, { caller });
  await persons.updatePerson({ personId, version: 1, name: secrets.newName, phone: secrets.newPhone }, { caller });
  await persons.findPersons({ phone: secrets.newPhone }, { caller });
  await persons.findPersons({ identityNumber }, { caller });
  const fields = [residents.PersonField.PERSON_FIELD_NAME, residents.PersonField.PERSON_FIELD_PHONE, residents.PersonField.PERSON_FIELD_IDENTITY_NUMBER];
  await persons.revealPerson({ personId, fields, purpose: residents.RevealPurpose.REVEAL_PURPOSE_IDENTITY_CHECK }, { caller });
  await persons.revealPerson({ personId, fields, purpose: residents.RevealPurpose.REVEAL_PURPOSE_OWN_ACCESS }, { caller: resident(personId) });
  await persons.listAccesses({ personId }, { caller: resident(personId) });

  const failures = await Promise.allSettled([
    persons.registerPerson({ ...request, requestId: 'journey-2', identitySubject: 'other' }, { caller }),
    persons.registerPerson({ ...request, requestId: 'journey-3', identityNumber: '' }, { caller }),
    persons.registerPerson({ ...request, requestId: 'journey-1', phone: secrets.newPhone }, { caller }),
    persons.registerPerson({ name, phone, identityNumber: secrets.wrongNumber, unitId }, { caller }),
    persons.registerPerson({ name: `${name} ${phone}`, unitId }, { caller }),
    persons.registerPerson({ name, phone: `${phone}0`, unitId }, { caller }),
    persons.findPersons({ phone, identityNumber }, { caller }),
    persons.findPersons({ identityNumber: `${identityNumber}1` }, { caller }),
    persons.updatePerson({ personId, version: 1, phone }, { caller }),
    persons.registerPerson({ name, phone, identityNumber, unitId }, { caller: { ...caller, grants: [] } }),
  ]);
  expect(failures.map(({ status }) => status)).toEqual(failures.map(() => 'rejected'));
  return failures.map((failure) => (failure.status === 'rejected' ? describeFailure(failure.reason) : '')).join('\n');
}

function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack} ${JSON.stringify({ ...error, message: error.message })} ${String(error.cause)}`;
}

/** A value and what it could hide as: spelled by bytes, cut apart, or normalised. */
function spellings(value: string): string[] {
  const bytes = Buffer.from(value);
  const e164 = `86${value.replace(/^0/, '').replace('-', '')}`;
  return [value, value.replace('-', ''), e164, bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, ''), JSON.stringify(value).slice(1, -1)];
}

function expectClean(text: string): void {
  expect(text.length).toBeGreaterThan(100);
  for (const value of Object.values(secrets)) for (const spelling of spellings(value)) expect(text).not.toContain(spelling);
}

describe('after a whole journey nothing personal stands in', () => {
  it('the logs', () => {
    expect(logs.lines.some(({ msg }) => msg === 'call refused')).toBe(true);
    expectClean(logs.text());
  });

  it('the spans', () => {
    const text = spans.text();
    expect(text).toContain('insert into \\"persons\\"');
    expectClean(text);
  });

  it('the errors', () => {
    expect(errors).toContain('IDENTITY_NUMBER_TAKEN');
    expect(errors).toContain('birth_date_invalid');
    expectClean(errors);
  });

  it('the events', async () => {
    const rows = await registry.knex('outbox').orderBy('id').select<{ payload: Buffer; headers: unknown }[]>();
    expect(rows).toHaveLength(2);
    expectClean(rows.map((row) => `${row.payload.toString()} ${JSON.stringify({ ...row, payload: '' })}`).join('\n'));
  });

  it('a dump of the database, in clear or in a hash that could be guessed back', async () => {
    const dump = await dumpRows();
    expect(dump).toContain('慕**莲');
    expectClean(dump);
    const [row] = await registry.knex('answered_requests').select<{ fingerprint: string; answer: unknown }[]>();
    const units = await registry.knex('units').select<{ id: string }[]>('id');
    const { name, phone, identityNumber } = secrets;
    const message = residents.RegisterPersonRequest.fromPartial({
      requestId: 'journey-1',
      name,
      phone,
      identityNumber,
      unitId: units[0]?.id ?? '',
      identityIssuer: 'https://issuer.example',
      identitySubject: 'journey',
    });
    expect(row?.fingerprint).not.toBe(requestKey(clerk(), residents.RegisterPersonRequest, message).fingerprint);
    expect(row?.answer).toEqual({ personId: expect.any(String) });
  });
});

/** Every row of every table, as text. */
async function dumpRows(): Promise<string> {
  const { rows: tables } = await registry.knex.raw<{ rows: { tablename: string }[] }>(`select tablename from pg_tables where schemaname = 'public'`);
  const texts: string[] = [];
  for (const { tablename } of tables) {
    const { rows } = await registry.knex.raw<{ rows: { line: string }[] }>('select row_to_json(t)::text as line from ?? t', [tablename]);
    texts.push(...rows.map(({ line }) => line));
  }
  return texts.join('\n');
}

// privacy.md, "refuse by design".
const never =
  /ethnic|nation(ality)?_?group|minzu|relig|politic|party|score|rank|grade|colou?r|stab(le|ility)|risk|petition|fertil|pregnan|orientation|health|illness|disab|sensor|door|camera|parcel|payment|location|position|latitude|longitude|key_?person|label|tag|blacklist|credit|criminal|drug/i;

function fieldsByMessage(): [string, string[]][] {
  return Object.entries(residents).flatMap(([name, member]) =>
    typeof member === 'object' && 'fromPartial' in member ? [[name, Object.keys(member.fromPartial({}))] as [string, string[]]] : [],
  );
}

describe('what the software refuses by design has no place in', () => {
  it('the contract: no field of a person for it', () => {
    const fields = fieldsByMessage().flatMap(([, names]) => names);
    expect(fields).toContain('maskedName');
    expect(fields.filter((field) => never.test(field))).toEqual([]);
  });

  it('the contract: no method that lists people, or searches by a part of anything', () => {
    const methods = Object.keys(METHODS).filter((path) => path.startsWith('/linli.residents.v1.')).map((path) => path.split('/').at(-1) ?? '');
    expect(methods.filter((method) => /^(List|Search|Export|Query|Stream|Count|Rank|Score|Match)/.test(method))).toEqual(['ListAccesses']);
    const lookUp = Object.keys(residents.FindPersonsRequest.fromPartial({}));
    expect(lookUp.sort()).toEqual(['identityNumber', 'phone']);
    expect(Object.keys(residents.BatchGetPersonsRequest.fromPartial({}))).toEqual(['personIds']);
  });

  it('the contract: every field that identifies says how personal it is', () => {
    const identifying = /^(name|phone|identityNumber|maskedName|maskedPhone|maskedIdentityNumber)$/;
    for (const [message, fields] of fieldsByMessage()) {
      const classes = FIELD_CLASSES[`linli.residents.v1.${message}`] ?? {};
      for (const field of fields.filter((name) => identifying.test(name))) expect(classes[field]).toMatch(/^(personal|sensitive)$/);
    }
  });

  it('the schema: no column for it, and none in clear that identifies', async () => {
    const { rows } = await registry.knex.raw<{ rows: { table_name: string; column_name: string; data_type: string }[] }>(
      `select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'`,
    );
    const own = rows.filter(({ table_name }) => ['persons', 'person_accesses', 'units', 'vault_keys'].includes(table_name));
    expect(own.filter(({ column_name }) => never.test(column_name))).toEqual([]);
    const identifying = own.filter(({ column_name }) => /name|phone|identity_number|address|birth/.test(column_name) && !column_name.startsWith('masked_'));
    expect(identifying.map(({ data_type }) => data_type)).toEqual(identifying.map(() => 'bytea'));
  });

  it('the database: the app role cannot take a person or a look out, or list tenants', async () => {
    const { rows } = await registry.knex.raw<{ rows: { table_name: string }[] }>(
      `select distinct table_name from information_schema.role_table_grants
        where table_name in ('persons', 'person_accesses', 'vault_keys') and grantee like '%\\_relay' or
              table_name in ('persons', 'person_accesses', 'vault_keys') and grantee like '%\\_app' and privilege_type = 'DELETE'`,
    );
    expect(rows).toEqual([]);
  });
});

it('a person registered in the same breath is somebody else to the same journey', async () => {
  // Guards the test above: the words searched for are written where they belong.
  const { id: unitId } = await addUnit(registry);
  const person = await register(registry, { unitId, name: secrets.name });
  expect(person.maskedName).toBe('慕**芹');
});
