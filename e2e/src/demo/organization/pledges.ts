import { act, comesTrue, listAll, ok, readPublic, rows, type Act, type Actor, type Json, type Stage } from './stage';

const year = 2026;
const people = { director: 'xs-staff-01', owner: 'xs-staff-12', coordinator: 'xs-staff-20' } as const;

const titles = ['老旧小区加装扶手', '社区食堂', '夜间照明改造', '无障碍坡道', '充电车棚', '雨污管网清淤', '口袋公园', '日间照料中心', '健身步道', '图书角', '监控补盲'];
const months = Array.from({ length: 12 }, (_, index) => `${year}-${String(index + 1).padStart(2, '0')}`);
/** The one that is put off, the one that is given up, and the one whose owner forgets a month. */
const [delayed, dropped, forgetful] = [5, 8, 2];
const forgottenMonth = '2026-04';

/** Eleven promises of the year, from what residents asked for to the residents' own check. */
export async function planPledges(stage: Stage): Promise<Act[]> {
  const { narrator } = stage;
  const [director, owner, coordinator] = [await stage.actor(people.director), await stage.actor(people.owner), await stage.actor(people.coordinator)];
  const projects: Json[] = [];
  const step = async (index: number, by: Actor, { word, ...body }: { readonly word: string } & Json): Promise<void> => {
    projects[index] = await act(by, { path: `/v1/pledge-projects/${String(projects[index]?.['id'])}`, word, body });
  };
  const underWay = (index: number): boolean => ['running', 'delayed'].includes(String(projects[index]?.['state']));

  return [
    { day: '2026-01-06', play: promiseAll },
    ...months.map((month): Act => ({ day: `${month}-26`, play: () => report(month) })),
    { day: '2026-05-20', play: noticeForgotten },
    { day: '2026-07-15', play: delay },
    { day: '2026-08-12', play: drop },
    { day: '2026-12-28', play: finish },
  ];

  async function promiseAll(): Promise<void> {
    const units = await listAll(director, '/v1/units', 'units');
    const community = units.find((unit) => unit['code'] === 'xinyuan')?.['id'];
    const department = units.find((unit) => unit['code'] === 'housing')?.['id'];
    const post = rows(ok(await director.get(`/v1/staff/${owner.subject}`)), 'posts')[0]?.['id'];
    for (const [index, titleZh] of titles.entries()) {
      projects[index] = ok(await coordinator.create('/v1/pledge-projects', { unitId: community, code: `2026-${index + 1}`, year, titleZh, source: 'residents' }));
      await step(index, director, { word: 'screen' });
      await step(index, director, { word: 'select', entitled: 60, present: 41, inFavour: 33, against: 5, abstained: 3 });
      await step(index, director, { word: 'promise', dueDay: '2026-11-30', ownerUnitId: department, postId: post, budgetFen: 5_000_000 * (index + 1) });
      await step(index, director, { word: 'start' });
    }
    const { projects: seen } = await readPublic(stage, `/pledge-projects?year=${year}`);
    narrator.check((seen as Json[]).length === titles.length, `${titles.length} 件惠民实事公开承诺，任何人不登录就能查看`);
  }

  async function report(month: string): Promise<void> {
    const percent = Math.min(95, 8 * (months.indexOf(month) + 1));
    for (const index of titles.keys()) {
      if (!underWay(index) || (index === forgetful && month === forgottenMonth)) continue;
      await step(index, owner, { word: 'reportProgress', month, percent, spentFen: 40_000 * percent, noteZh: `${Number(month.slice(5))} 月按计划推进。` });
    }
    narrator.tell(owner.name, `公布 ${month} 的进展 ${percent}%`);
  }

  async function noticeForgotten(): Promise<void> {
    const id = String(projects[forgetful]?.['id']);
    const isMissed = async (): Promise<boolean> =>
      rows(ok(await director.get(`/v1/pledge-projects/${id}`)), 'progress').some((one) => one['month'] === forgottenMonth && one['state'] === 'missed');
    narrator.check(await comesTrue(isMissed), `“${titles[forgetful] ?? ''}”${forgottenMonth} 没有公布进展，时钟记下了`);
  }

  async function delay(): Promise<void> {
    await step(delayed, director, { word: 'delay', reason: 'weather', explanationZh: '雨季无法开挖，顺延至十二月。', dueDay: '2026-12-20' });
    const seen = await readPublic(stage, `/pledge-projects/${String(projects[delayed]?.['id'])}`);
    narrator.check(seen['dueDay'] === '2026-12-20' && rows(seen, 'statements').length === 1, `“${titles[delayed] ?? ''}”延期，原因向社会公开`);
  }

  async function drop(): Promise<void> {
    const silent = await director.change(`/v1/pledge-projects/${String(projects[dropped]?.['id'])}:drop`, projects[dropped]?.['version'], { reason: 'land' });
    narrator.check(silent.status === 400, `不说明原因不得取消（${silent.status} ${String(silent.body['code'])}）`);
    await step(dropped, director, { word: 'drop', reason: 'land', explanationZh: '用地划归地铁施工，改列明年。' });
  }

  async function finish(): Promise<void> {
    for (const index of titles.keys()) {
      if (index === dropped) continue;
      await step(index, owner, { word: 'complete' });
      if (index === 0) {
        const early = await director.change(`/v1/pledge-projects/${String(projects[0]?.['id'])}:close`, projects[0]?.['version']);
        narrator.check(early.status === 409, `未经居民评议不得销号（${early.status} ${String(early.body['code'])}）`);
      }
      await step(index, coordinator, { word: 'recordCheck', examiners: 12, scoreCounts: [0, 0, 1, 4, 7] });
      await step(index, director, { word: 'close' });
    }
    const states = projects.map((project) => project['state']);
    narrator.check(states.filter((state) => state === 'closed').length === titles.length - 1 && states[dropped] === 'dropped', `${titles.length} 件都有结果：${titles.length - 1} 件经居民评议销号，1 件公开说明后取消`);
    for (const project of projects) stage.follow(project['id'], project['version']);
  }
}
