import { act, comesTrue, listAll, ok, rows, type Act, type Actor, type Json, type Stage } from './stage';

const director = 'xs-staff-01';
const deputy = 'xs-staff-02';
const security = 'xs-staff-04';
/** Thirteen section-level leaders look after fifty-three sites. */
const leaders = ['01', '02', '06', '07', '08', '09', '10', '11', '12', '13', '20', '27', '34'].map((number) => `xs-staff-${number}`);
const sites = 53;
const month = '2026-03';

/** A month of site visits: every site once, a finding followed to its end, a serious one referred. */
export async function planSites(stage: Stage): Promise<Act[]> {
  const { narrator } = stage;
  const [head, second, admin] = [await stage.actor(director), await stage.actor(deputy), await stage.actor(security)];
  const linked = new Map<string, Json[]>();
  let finding: Json = {};

  return [
    { day: `${month}-02`, play: register },
    { day: `${month}-09`, play: () => visit(0, 7) },
    { day: `${month}-20`, play: () => visit(7, 13) },
    { day: `${month}-24`, play: closeFinding },
    { day: `${month}-31`, play: count },
    { day: '2026-05-06', play: missed },
  ];

  async function register(): Promise<void> {
    const unit = (await listAll(head, '/v1/units?kind=community', 'units'))[0]?.['id'];
    const staff = await listAll(head, '/v1/staff', 'staff');
    const idOf = (code: string): string => String(staff.find((one) => one['code'] === code)?.['id']);
    for (const leader of leaders) {
      const asked = ok(await admin.create('/v1/grant-requests', { principalKind: 'staff', principalId: idOf(leader), role: 'site_leader', scope: 'self' }));
      // A role takes a second person, who is not its holder.
      ok(await (leader === director ? second : head).change(`/v1/grant-requests/${String(asked['id'])}:confirm`, asked['version']));
    }
    for (let index = 0; index < sites; index += 1) {
      const leader = leaders[index % leaders.length] ?? '';
      const site = ok(
        await head.create('/v1/sites', {
          nameZh: `${index + 1} 号工地`,
          ownerZh: '演示建设公司',
          contractorZh: '演示施工公司',
          subcontractorsZh: [],
          permitNumber: `XS-2026-${index + 1}`,
          stage: 'structure',
          unitId: unit,
          leaderId: idOf(leader),
        }),
      );
      linked.set(leader, [...(linked.get(leader) ?? []), site]);
    }
    narrator.tell(head.name, `${sites} 处工地登记完毕，${leaders.length} 位科级领导各有联系`);
  }

  async function visit(from: number, to: number): Promise<void> {
    const { items } = ok(await head.get('/v1/sites:checklist'));
    const answers = (items as Json[]).map((item) => ({ itemCode: item['code'], answer: 'yes' }));
    for (const [index, leader] of leaders.slice(from, to).entries()) {
      const by = await stage.actor(leader);
      for (const site of linked.get(leader) ?? []) ok(await by.create(`/v1/sites/${String(site['id'])}/visits`, { answers }));
      if (from === 0 && index === 0) await raiseFindings(by, String(linked.get(leader)?.[0]?.['id']));
    }
    narrator.tell(`${to - from} 位领导`, '走访了各自联系的工地');
  }

  async function raiseFindings(by: Actor, site: string): Promise<void> {
    finding = ok(await by.create(`/v1/sites/${site}/findings`, { concern: 'safety', severity: 'minor', description: '临边防护缺一段。' }));
    const form = await by.create(`/v1/sites/${site}/findings`, { concern: 'safety', severity: 'danger_to_life', description: '基坑边坡开裂。' });
    narrator.check(form.status >= 400, `危及生命的先打电话，不填表——${String(form.body['detail'])}（${form.status} ${String(form.body['code'])}）`);
    const wages = ok(await by.create(`/v1/sites/${site}/findings`, { concern: 'wage', severity: 'serious', itemCode: 'pay-monthly' }));
    const bare = await by.change(`/v1/findings/${String(wages['id'])}:refer`, wages['version'], { authority: 'labour_inspection' });
    narrator.check(bare.status === 400, `移送须有部门的受理编号（${bare.status} ${String(bare.body['code'])}）`);
    const told = ok(await by.change(`/v1/findings/${String(wages['id'])}:tellSite`, wages['version']));
    const referred = ok(await by.change(`/v1/findings/${String(wages['id'])}:refer`, told['version'], { authority: 'labour_inspection', receivedNumber: '东人社监〔2026〕17号' }));
    narrator.check(referred['state'] === 'referred', '欠薪线索移送劳动监察，编号在案');
    stage.follow(referred['id'], referred['version']);
  }

  async function closeFinding(): Promise<void> {
    const by = await stage.actor(leaders[0] ?? '');
    const step = async (word: string, body: Json = {}): Promise<void> => {
      finding = await act(by, { path: `/v1/findings/${String(finding['id'])}`, word, body });
    };
    await step('tellSite');
    await step('startRectification');
    await step('recheck', { passed: false });
    narrator.check(finding['state'] === 'rectifying', '复查不合格，继续整改');
    await step('recheck', { passed: true });
    await step('close');
    narrator.check(finding['state'] === 'closed', '复查合格，问题销号');
    stage.follow(finding['id'], finding['version']);
  }

  async function count(): Promise<void> {
    const { visits } = ok(await head.get(`/v1/sites:coverage?month=${month}`)) as { visits: Json };
    narrator.check(visits['owed'] === sites && visits['visited'] === sites, `${month} 走访覆盖 ${String(visits['visited'])}/${String(visits['owed'])}`);
  }

  async function missed(): Promise<void> {
    const site = linked.get(leaders[1] ?? '')?.[0];
    const isMissed = async (): Promise<boolean> => ok(await head.get(`/v1/sites/${String(site?.['id'])}`))['missedSince'] !== undefined;
    narrator.check(await comesTrue(isMissed), '四月没有走访的工地，时钟逐处记下');
    const { visits } = ok(await head.get('/v1/sites:coverage?month=2026-04')) as { visits: Json };
    narrator.check(visits['missed'] === sites, `2026-04 走访覆盖 ${String(visits['visited'])}/${String(visits['owed'])}，如实显示`);
    narrator.check(rows(ok(await head.get('/v1/work?unitId=' + String((await listAll(head, '/v1/units?kind=subdistrict', 'units'))[0]?.['id']))), 'items').length > 0, '待办里有要补的走访');
  }
}
