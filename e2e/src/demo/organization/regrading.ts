import { comesTrue, listAll, ok, readPublic, rows, type Act, type Json, type Stage } from './stage';

const people = { admin: 'xs-staff-03', director: 'xs-staff-01' } as const;
const [planned, effective] = ['2026-06-10', '2026-07-01'];

/** 1 July: one grid becomes two and another is renamed; June stays as it was. */
export async function planRegrading(stage: Stage): Promise<Act[]> {
  const { narrator } = stage;
  const [admin, director] = [await stage.actor(people.admin), await stage.actor(people.director)];
  let before: Json[] = [];

  return [
    { day: planned, play: plan },
    { day: effective, play: takeEffect },
    { day: '2026-12-31', play: lookBack },
  ];

  async function gridsAsOf(asOf: string): Promise<Json[]> {
    return listAll(director, `/v1/units?kind=grid&asOf=${asOf}`, 'units');
  }

  async function countAsOf(asOf: string, kind: string): Promise<number> {
    const { counts } = ok(await director.get(`/v1/units:count?asOf=${asOf}`));
    return Number((counts as Json[]).find((one) => one['kind'] === kind)?.['count'] ?? 0);
  }

  async function plan(): Promise<void> {
    before = await gridsAsOf(planned);
    const grid = (code: string): Json => before.find((unit) => unit['code'] === code) ?? {};
    const buildings = (await listAll(director, `/v1/units?kind=building&underUnitId=${String(grid('xinyuan-g01')['id'])}`, 'units')).map(({ id }) => id);
    const operations = [
      {
        type: 'split',
        unitId: grid('xinyuan-g01')['id'],
        parts: [
          { code: 'xinyuan-g01a', nameZh: '新园第1网格（东）', childIds: buildings.slice(0, 1) },
          { code: 'xinyuan-g01b', nameZh: '新园第1网格（西）', childIds: buildings.slice(1) },
        ],
      },
      { type: 'rename', unitId: grid('xinyuan-g02')['id'], nameZh: '新园和睦网格' },
    ];
    const regrading = ok(await admin.create('/v1/regradings', { titleZh: '新园网格调整', effectiveOn: effective, operations }));
    narrator.tell(admin.name, `计划 ${effective} 起调整网格：一分为二，一处更名`);
    narrator.check(regrading['state'] === 'planned' && (await gridsAsOf(effective)).length === before.length + 1, '生效之前就能看到调整之后的样子');
    narrator.check((await gridsAsOf(planned)).length === before.length, '今天的网格没有变');
    const again = await admin.create('/v1/regradings', { titleZh: '又一次', effectiveOn: '2026-08-01', operations: [operations[1]] });
    narrator.check(again.body['code'] === 'UNIT_IN_PLAN', `一个网格同时只在一个计划中——${String(again.body['detail'])}（${again.status} ${String(again.body['code'])}）`);
  }

  async function takeEffect(): Promise<void> {
    const isPosted = async (): Promise<boolean> => {
      const page = await readPublic(stage, '/grids/xinyuan-g01a').catch(() => undefined);
      return page !== undefined && rows(page, 'workers').length > 0;
    };
    narrator.check(await comesTrue(isPosted), '新网格的公示页已上网，网格员随事务一并转来');
    const isRenamed = async (): Promise<boolean> => (await readPublic(stage, '/grids/xinyuan-g02'))['nameZh'] === '新园和睦网格';
    narrator.check(await comesTrue(isRenamed), '更名的网格公示页上是新名');
  }

  async function lookBack(): Promise<void> {
    const [june, july] = [await countAsOf('2026-06-30', 'grid'), await countAsOf('2026-07-01', 'grid')];
    narrator.check(june === before.length && july === before.length + 1, `年底回看：6 月 30 日 ${june} 个网格，7 月 1 日 ${july} 个`);
    const nameOf = async (asOf: string): Promise<unknown> => (await gridsAsOf(asOf)).find((unit) => unit['code'] === 'xinyuan-g02')?.['nameZh'];
    const [earlier, later] = [await nameOf('2026-06-30'), await nameOf('2026-07-01')];
    narrator.check(earlier === '新园第2网格' && later === '新园和睦网格', `6 月叫“${String(earlier)}”，7 月起叫“${String(later)}”`);
    const [then, now] = [await countAsOf('2026-06-30', 'building'), await countAsOf('2026-07-01', 'building')];
    narrator.check(then === now, `楼栋一个没少：${then}、${now}`);
  }
}
