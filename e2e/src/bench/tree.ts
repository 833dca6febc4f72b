import type { Bench, Stage } from './bench';
import { Caller, openLine, type Answered } from './people';
import { measureQuery, rowsIn, tokenOfPage, type Query } from './queries';
import { fillTree, treeTenant, type Tree } from './tree-data';

const connections = 32;
const pageSize = 50;
const farPage = 1_000;
const longAgo = '2018-06-30';

const sql = { service: 'organization', pattern: /from "units" where[\s\S]*order by "path"/ };
const counting = { service: 'organization', pattern: /::integer as count from "unit/ };
const found = rowsIn('units');

/** The tree, its parts, the way up from a building and what there is of each kind, as they are and as they were on a day, in an office of 200,000 units. */
export const tree: Bench = {
  name: 'tree',
  cases: 0,
  seconds: 10,
  async run(stage: Stage) {
    const filled = await fillTree(stage.platform);
    const line = openLine(stage.platform.gateway, connections);
    const [director, clerk] = ['bh-staff-01', 'bh-staff-03'].map((subject) => new Caller(line, stage.platform.issuer, subject));
    if (director === undefined || clerk === undefined) throw new Error('nobody is there to ask');
    try {
      const measured = [];
      for (const query of [...treeQueries(director, clerk, filled), ...(await deepQueries(director))]) measured.push(await measureQuery(stage, treeTenant, query));
      const errors = measured.flatMap((one) => one.errors);
      return {
        conditions: { units: filled.units, 'rows a page': pageSize },
        figures: [...measured.flatMap(({ figures }) => figures), { name: 'errors', value: errors.length, unit: '', atMost: 0 }],
        notes: ['SQL alone: the statement that the service sent for the same question, read from the server’s log, over pg as its app role under row-level security', ...new Set(errors)],
      };
    } finally {
      line.close();
    }
  },
};

function treeQueries(director: Caller, clerk: Caller, tree: Tree): Query[] {
  const { communityId, rootId } = tree;
  const ask = (who: Caller, query: string) => (): Promise<Answered> => who.get(`/v1/units?pageSize=${pageSize}${query}`);
  return [
    { name: 'the tree', ask: ask(director, ''), found, sql },
    { name: 'a community’s subtree', ask: ask(director, `&underUnitId=${communityId}`), found, sql },
    { name: 'the communities', ask: ask(director, '&kind=community'), found, sql },
    { name: 'what a clerk may see', ask: ask(clerk, ''), found, sql },
    { name: 'grids below the root', ask: ask(director, `&kind=grid&underUnitId=${rootId}`), found, sql },
    { name: 'the tree as of a day', ask: ask(director, `&asOf=${longAgo}`), found, sql },
    { name: 'a subtree as of a day', ask: ask(director, `&underUnitId=${communityId}&asOf=${longAgo}`), found, sql },
    { name: 'grids as of a day', ask: ask(director, `&kind=grid&asOf=${longAgo}`), found, sql },
    { name: 'a clerk’s as of a day', ask: ask(clerk, `&asOf=${longAgo}`), found, sql },
    // Almost nothing was there yet: what is looked through has no match to stop at.
    { name: 'the tree as of its first day', ask: ask(director, '&asOf=2015-01-01'), found, sql },
    ...pathQueries(director, tree),
    ...countQueries(director, tree),
  ];
}

/** Another building each time. The reference is the statement that reads the units above it. */
function pathQueries(director: Caller, { buildingIds }: Tree): Query[] {
  const ask = (query: string) => (turn: number) => director.get(`/v1/units/${buildingIds[turn % buildingIds.length] ?? ''}/path${query}`);
  return [
    { name: 'a building’s path', ask: ask(''), found, sql },
    { name: 'a building’s path as of a day', ask: ask(`?asOf=${longAgo}`), found, sql },
  ];
}

function countQueries(director: Caller, { communityId }: Tree): Query[] {
  const ask = (query: string) => () => director.get(`/v1/units:count?${query}`);
  const counted = { found: rowsIn('counts'), sql: counting };
  return [
    { name: 'units by kind', ask: ask(''), ...counted },
    { name: 'units by kind as of a day', ask: ask(`asOf=${longAgo}`), ...counted },
    { name: 'a community’s units by kind as of a day', ask: ask(`underUnitId=${communityId}&asOf=${longAgo}`), ...counted },
  ];
}

async function deepQueries(director: Caller): Promise<Query[]> {
  const queries: Query[] = [];
  for (const [name, filter] of [['the tree', ''], ['the tree as of a day', `&asOf=${longAgo}`]] as const) {
    const token = await tokenOfPage((query) => director.get(`/v1/units?${query}${filter}`), farPage, pageSize);
    queries.push({ name: `${name}, page ${farPage.toLocaleString('en')}`, ask: () => director.get(`/v1/units?pageSize=${pageSize}&pageToken=${token}${filter}`), found, sql });
  }
  return queries;
}
