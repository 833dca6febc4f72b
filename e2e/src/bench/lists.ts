import { Client } from 'pg';
import type { OwnPlatform } from '../own-platform';
import type { Bench, Stage } from './bench';
import { databaseOf, tenant } from './office-data';
import { Caller, openLine, type Answered } from './people';
import { fillPersons, manyPersons, phonesWithin } from './persons-data';
import { measureQuery, rowsIn, tokenOfPage, type Measured, type Query } from './queries';
import type { Figure } from './report';

const connections = 32;
const pageSize = 50;
const farPage = 1_000;
/** Numbers and telephones that are looked for in turn. */
const manyForms = 200;

const work = { service: 'requests', pattern: /page as[\s\S]*from page join cases/ };
const cases = { service: 'requests', pattern: /page as[\s\S]*from page join cases/ };
const counts = { service: 'requests', pattern: /count\(\*\)/ };
const persons = { service: 'residents', pattern: /"phone_index" = / };

/** What people of the office look at all day, each as somebody who really may: at a million cases, the first page and the thousandth. */
export const lists: Bench = {
  name: 'lists',
  cases: 1_000_000,
  seconds: 10,
  async run(stage: Stage) {
    const { platform, data, seconds } = stage;
    await fillPersons(platform, data);
    const office = await readOffice(platform);
    const line = openLine(platform.gateway, connections);
    const as = (subject: string): Caller => new Caller(line, platform.issuer, subject);
    try {
      const near = [...personalQueries(as, office), ...officeQueries(as('xs-staff-01'), office), ...countQueries(as, office)];
      const measured = await inTurn(near, (query) => measureQuery({ ...stage, seconds }, tenant, query));
      const deep = await inTurn(deepLists(as('xs-staff-01'), office), (list) => measureDeep(stage, list));
      return {
        conditions: { persons: manyPersons, 'rows a page': pageSize },
        figures: [
          ...measured.flatMap(({ figures }) => figures),
          ...deep.flatMap(({ figures }) => figures),
          { name: 'errors', value: [...measured, ...deep].flatMap(({ errors }) => errors).length, unit: '', atMost: 0 },
        ],
        notes: [
          'SQL alone: the statement that the service sent for the same question, read from the server’s log, over pg as its app role under row-level security',
          'a person is found by their whole telephone number: residents keeps no index of its last digits, which would tell ten thousand values apart and be guessed back',
          ...new Set([...measured, ...deep].flatMap(({ errors }) => errors)),
        ],
      };
    } finally {
      line.close();
    }
  },
};

interface Office {
  readonly unit: (code: string) => string;
  readonly numbers: { readonly office: readonly string[]; readonly community: readonly string[] };
  /** Of residents of the community. */
  readonly phones: readonly string[];
}

async function readOffice(platform: OwnPlatform): Promise<Office> {
  const client = new Client({ connectionString: databaseOf(platform.adminUrl, 'linli_requests') });
  await client.connect();
  try {
    const { rows: units } = await client.query<{ code: string; id: string; path: string }>('select code, id, path from directory_units where tenant_id = $1 and valid_to is null', [tenant]);
    const numbersOf = async (path: string): Promise<string[]> => {
      const { rows } = await client.query<{ number: string }>(
        `select number from cases where tenant_id = $1 and unit_path >= $2 and unit_path < $3 and number is not null order by md5(number) limit $4`,
        [tenant, path, `${path.slice(0, -1)}0`, manyForms],
      );
      return rows.map(({ number }) => number);
    };
    const unit = (code: string): { id: string; path: string } => {
      const found = units.find((one) => one.code === code);
      if (found === undefined) throw new Error(`the office has no unit ${code}`);
      return found;
    };
    const { path } = unit('xinyuan');
    return { unit: (code) => unit(code).id, numbers: { office: await numbersOf('/'), community: await numbersOf(path) }, phones: await phonesWithin(platform, path, manyForms) };
  } finally {
    await client.end();
  }
}

type As = (subject: string) => Caller;

function personalQueries(as: As, { unit, numbers, phones }: Office): Query[] {
  const [agent, clerk, handler] = [as('xs-staff-16'), as('xs-staff-14'), as('xs-staff-08')];
  const of = <T>(all: readonly T[], turn: number): string => String(all[turn % all.length]);
  return [
    { name: 'my work (agent)', ask: () => agent.get('/v1/work'), found: rowsIn('items'), sql: work },
    { name: 'queue of a community (clerk)', ask: () => clerk.get(`/v1/work?unitId=${unit('xinyuan')}`), found: rowsIn('items'), sql: work },
    { name: 'queue of a department (handler)', ask: () => handler.get(`/v1/work?unitId=${unit('civil-affairs')}`), found: rowsIn('items'), sql: work },
    { name: 'case by number (clerk)', ask: (turn) => clerk.get(`/v1/cases?number=${of(numbers.community, turn)}`), found: rowsIn('cases'), sql: cases },
    { name: 'person by telephone (clerk)', ask: (turn) => clerk.post('/v1/persons:find', { phone: of(phones, turn) }), found: rowsIn('persons'), sql: persons },
    { name: 'cases of a community (clerk)', ask: () => clerk.get(`/v1/cases?unitId=${unit('xinyuan')}`), found: rowsIn('cases'), sql: cases },
  ];
}

function officeQueries(director: Caller, { unit, numbers }: Office): Query[] {
  return [
    { name: 'queue of the office (director)', ask: () => director.get(`/v1/work?unitId=${unit(tenant)}`), found: rowsIn('items'), sql: work },
    { name: 'case by number (director)', ask: (turn) => director.get(`/v1/cases?number=${String(numbers.office[turn % numbers.office.length])}`), found: rowsIn('cases'), sql: cases },
    { name: 'cases by due time (director)', ask: () => director.get(`/v1/cases?order=due&unitId=${unit(tenant)}`), found: rowsIn('cases'), sql: cases },
  ];
}

function countQueries(as: As, { unit }: Office): Query[] {
  const [agent, clerk, director] = [as('xs-staff-16'), as('xs-staff-14'), as('xs-staff-01')];
  const total = (body: Answered['body']): number => Number(body['total']);
  const states = (body: Answered['body']): number => Object.values(Object(body['byState']) as Record<string, number>).reduce((sum, one) => sum + one, 0);
  return [
    { name: 'count of my work (agent)', ask: () => agent.get('/v1/work:count'), found: total, sql: counts },
    { name: 'count of a community’s work (clerk)', ask: () => clerk.get(`/v1/work:count?unitId=${unit('xinyuan')}`), found: total, sql: counts },
    { name: 'count of the office’s work (director)', ask: () => director.get(`/v1/work:count?unitId=${unit(tenant)}`), found: total, sql: counts },
    { name: 'count of a community’s cases (clerk)', ask: () => clerk.get(`/v1/cases:count?unitId=${unit('xinyuan')}`), found: states, sql: counts },
    { name: 'count of the office’s cases (director)', ask: () => director.get('/v1/cases:count'), found: states, sql: counts },
    { name: 'count below the root (director)', ask: () => director.get(`/v1/cases:count?unitId=${unit(tenant)}`), found: states, sql: counts },
  ];
}

interface DeepList {
  readonly name: string;
  readonly get: (query: string) => Promise<Answered>;
  readonly member: string;
  readonly sql: Query['sql'];
}

function deepLists(director: Caller, { unit }: Office): DeepList[] {
  return [
    { name: 'all cases', get: (query) => director.get(`/v1/cases?${query}`), member: 'cases', sql: cases },
    { name: 'cases of a community', get: (query) => director.get(`/v1/cases?unitId=${unit('xinyuan')}&${query}`), member: 'cases', sql: cases },
    { name: 'queue of the office', get: (query) => director.get(`/v1/work?unitId=${unit(tenant)}&${query}`), member: 'items', sql: work },
  ];
}

/** The first page and the thousandth of the same list, one after the other. */
async function measureDeep(stage: Stage, { name, get, member, sql }: DeepList): Promise<Measured> {
  const token = await tokenOfPage(get, farPage, pageSize);
  const page = (label: string, at: string): Query => ({ name: `${name}, page ${label}`, ask: () => get(`pageSize=${pageSize}&pageToken=${at}`), found: rowsIn(member), sql });
  const first = await measureQuery(stage, tenant, page('1', ''));
  const far = await measureQuery(stage, tenant, page(farPage.toLocaleString('en'), token));
  const ratio: Figure = { name: `${name}: page ${farPage.toLocaleString('en')} to page 1, p50`, value: far.times.at(50) / first.times.at(50), unit: '', atMost: 1.2 };
  return { times: far.times, figures: [...first.figures, ...far.figures, ratio], errors: [...first.errors, ...far.errors] };
}

async function inTurn<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const one of all) results.push(await work(one));
  return results;
}
