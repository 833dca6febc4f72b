import { systemCaller } from '@linli/auth';
import { newId } from '@linli/db';
import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { makeActivity, makeVenue, runner } from './communities-support';
import { fresh, makeTenant, makeUnit, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID } = organization.UnitKind;
const { PUBLICATION_KIND_ACCOUNTS } = organization.PublicationKind;
const { BRANCH_KIND_BRANCH } = organization.BranchKind;
const caller = testCaller({ permissions: ['topic.raise', 'topic.screen', 'publication.publish', 'branch.write'].map((word) => `organization.${word}`) });
const gateway = systemCaller('xingsheng', 'gateway', ['organization.public.read']);

let office: Office;
let root: organization.Unit;
beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
});
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

const makeCommunity = () => makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });

interface Asked {
  readonly unitCode?: string;
  readonly pageSize?: number;
  readonly pageToken?: string;
}

interface Listed {
  /** Writes one more of a unit, and gives what names it in the list. */
  add(unit: organization.Unit): Promise<string>;
  read(asked: Asked, by?: typeof gateway): Promise<{ names: string[]; nextPageToken: string }>;
  /** Whether it lies at grids of the community too. */
  readonly atGrids: boolean;
}

const lists: Readonly<Record<string, Listed>> = {
  publications: {
    atGrids: true,
    async add({ id: unitId }) {
      const { publication } = await office.publications.publish({ unitId, kind: PUBLICATION_KIND_ACCOUNTS, titleZh: '收支', textZh: '明细', toDay: '2026-12-01' }, { caller });
      return publication?.id ?? '';
    },
    async read(asked, by = gateway) {
      const { publications, nextPageToken } = await office.publications.listPublicPublications(asked, { caller: by });
      return { names: publications.map(({ id }) => id), nextPageToken };
    },
  },
  topics: {
    atGrids: true,
    async add({ id: unitId }) {
      const { topic } = await office.topics.raiseTopic({ unitId, textZh: '楼门口太黑' }, { caller });
      const topicId = topic?.id ?? '';
      await office.topics.acceptTopic({ topicId, version: 1, titleZh: '照明' }, { caller });
      await office.topics.answerTopic({ topicId, version: 2, answerZh: '已装好' }, { caller });
      return topicId;
    },
    async read(asked, by = gateway) {
      const { topics, nextPageToken } = await office.topics.listPublicTopics(asked, { caller: by });
      return { names: topics.map(({ id }) => id), nextPageToken };
    },
  },
  'fund raises': {
    atGrids: true,
    async add({ id: unitId, path }) {
      const id = newId();
      const zero = { raised_fen: 0, spent_fen: 0, entries: 0, version: 1 };
      await office.knex.transaction(async (trx) => {
        // Without the decision that it is raised for.
        await trx.raw('set local session_replication_role = replica');
        await trx('fund_raises').insert({ tenant_id: 'xingsheng', id, unit_id: unitId, unit_path: path, decision_id: newId(), title_zh: '路灯', state: 'open', ...zero, created_at: office.clock.now(), updated_at: office.clock.now() });
      });
      return id;
    },
    async read(asked, by = gateway) {
      const { fundRaises, nextPageToken } = await office.funds.listPublicFundRaises(asked, { caller: by });
      return { names: fundRaises.map(({ id }) => id), nextPageToken };
    },
  },
  jobs: {
    atGrids: false,
    async add({ id: unitId }) {
      const offer = { titleZh: '手工艺制作', employerZh: '协会', placeZh: '滨河', wanted: 3, contactPhone: '0477-8500000', openUntil: '2026-12-31' };
      return (await office.jobs.postJob({ unitId, ...offer }, { caller: runner() })).job?.id ?? '';
    },
    async read(asked, by = gateway) {
      const { jobs, nextPageToken } = await office.jobs.getPublicJobs(asked, { caller: by });
      return { names: jobs.map(({ id }) => id), nextPageToken };
    },
  },
  activities: {
    atGrids: false,
    add: async ({ id }) => (await makeActivity(office, id)).id,
    async read(asked, by = gateway) {
      const { activities, nextPageToken } = await office.activities.getPublicActivities(asked, { caller: by });
      return { names: activities.map(({ id }) => id), nextPageToken };
    },
  },
};

async function readAll({ read }: Listed, asked: Asked, between?: () => Promise<unknown>): Promise<{ pages: string[][]; names: string[] }> {
  const pages: string[][] = [];
  let pageToken = '';
  do {
    const page = await read({ ...asked, pageToken });
    pages.push(page.names);
    if (pages.length === 1) await between?.();
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return { pages, names: pages.flat() };
}

describe.each(Object.entries(lists))('the public list of %s', (_name, listed) => {
  it('gives each once over its pages, of one community or of all, whatever is added in between', async () => {
    const [community, other] = [await makeCommunity(), await makeCommunity()];
    const grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    const mine: string[] = [];
    for (const unit of [community, community, listed.atGrids ? grid : community, community, community]) {
      mine.push(await listed.add(unit));
      office.clock.advance(60_000);
    }
    const theirs = await listed.add(other);
    const asked = { unitCode: community.code, pageSize: 2 };
    const { pages, names } = await readAll(listed, asked, () => listed.add(community));
    expect(pages.slice(0, 2).map((page) => page.length)).toEqual([2, 2]);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(mine));
    expect(names).not.toContain(theirs);
    const everywhere = (await readAll(listed, { pageSize: 3 }, () => listed.add(other))).names;
    expect(new Set(everywhere).size).toBe(everywhere.length);
    expect(everywhere).toEqual(expect.arrayContaining([...mine, theirs]));
    if (listed.atGrids) expect((await readAll(listed, { unitCode: grid.code })).names).toEqual([mine[2]]);
  });

  it('takes a page token where it was given, and nowhere else', async () => {
    const community = await makeCommunity();
    for (let n = 0; n < 3; n += 1) await listed.add(community);
    const { nextPageToken: pageToken } = await listed.read({ unitCode: community.code, pageSize: 1 });
    expect((await listed.read({ unitCode: community.code, pageSize: 2, pageToken })).names).toHaveLength(2);
    const [other] = Object.values(lists).filter((one) => one !== listed);
    const wrong = [
      () => listed.read({ pageToken }),
      () => listed.read({ unitCode: root.code, pageToken }),
      () => listed.read({ unitCode: community.code, pageToken: `${pageToken}x` }),
      () => listed.read({ unitCode: community.code, pageToken }, systemCaller('baihe', 'gateway', ['organization.public.read'])),
      () => other?.read({ unitCode: community.code, pageToken }),
    ];
    for (const read of wrong) await expect(read()).rejects.toMatchObject({ kind: 'invalid_argument', reason: 'PAGE_TOKEN_INVALID' });
  });

  it('says the same of a page within one day, to whoever asks', async () => {
    const community = await makeCommunity();
    for (let n = 0; n < 2; n += 1) await listed.add(community);
    const asked = { unitCode: community.code, pageSize: 1 };
    const first = await listed.read(asked);
    office.clock.advance(3_600_000);
    expect(await listed.read(asked)).toEqual(first);
  });

  it('knows no unit that is not there, is to come, or is of another kind', async () => {
    const [planned, department] = [await makeCommunity(), await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_DEPARTMENT })];
    await office.knex('units').where({ id: planned.id }).update({ valid_from: '2027-01-01' });
    for (const unitCode of ['nowhere', planned.code, department.code, root.code]) await expect(listed.read({ unitCode })).rejects.toMatchObject({ kind: 'not_found', reason: 'UNIT_NOT_FOUND' });
    await expect(listed.read({ unitCode: 'no such code' })).rejects.toMatchObject({ violations: [{ field: 'unit_code', code: 'malformed' }] });
  });
});

describe('of one community', () => {
  it('venues and contacts of branches come page by page', async () => {
    const community = await makeCommunity();
    const venues = [await makeVenue(office, community.id), await makeVenue(office, community.id), await makeVenue(office, community.id)].map(({ id }) => id);
    const first = await office.venues.getPublicVenues({ unitCode: community.code, pageSize: 2 }, { caller: gateway });
    const rest = await office.venues.getPublicVenues({ unitCode: community.code, pageSize: 2, pageToken: first.nextPageToken }, { caller: gateway });
    expect([...first.venues, ...rest.venues].map(({ id }) => id)).toEqual(venues.sort());
    expect(rest.nextPageToken).toBe('');

    const grids = [await makeUnit(office, community.id, { kind: UNIT_KIND_GRID }), await makeUnit(office, community.id, { kind: UNIT_KIND_GRID }), await makeUnit(office, community.id, { kind: UNIT_KIND_GRID })];
    for (const { id: unitId } of grids) await office.coverage.establishBranch({ kind: BRANCH_KIND_BRANCH, unitId, nameZh: '党支部', contactPhone: '0477-8500001' }, { caller });
    const branches = await office.coverage.listPublicBranches({ code: community.code, pageSize: 2 }, { caller: gateway });
    const others = await office.coverage.listPublicBranches({ code: community.code, pageSize: 2, pageToken: branches.nextPageToken }, { caller: gateway });
    expect([branches.branches.length, others.branches.length, others.nextPageToken]).toEqual([2, 1, '']);
    expect([...branches.branches, ...others.branches].map(({ unitCode }) => unitCode).sort()).toEqual(grids.map(({ code }) => code).sort());
  });
});

describe('of the office', () => {
  it('conduct rules come page by page', async () => {
    const codes = [fresh('rules'), fresh('rules'), fresh('rules')];
    for (const code of codes) await office.conduct.publishConductRules({ code, titleZh: '五个一律', rulesZh: ['一律公开'], complaintUrl: 'https://discipline.example/report', complaintHintZh: '12388' }, { caller: runner() });
    const first = await office.conduct.getPublicConductRules({ pageSize: 2 }, { caller: gateway });
    const rest = await office.conduct.getPublicConductRules({ pageSize: 2, pageToken: first.nextPageToken }, { caller: gateway });
    expect([...first.rules, ...rest.rules].map(({ code }) => code).sort()).toEqual([...codes].sort());
    expect(rest.nextPageToken).toBe('');
  });
});
