import { addRuleSet } from '@linli/clocks';
import type { Knex } from 'knex';

export const name = '20261128140100_seed_site_rules';

const houseRule = { version: 1, effectiveFrom: '2012-01-01' };

const ruleSets = [
  {
    id: 'organization.finding.minor',
    ...houseRule,
    citation: '建筑工地联系制度：一般问题自发现之日起十个工作日内整改并复查',
    limit: { unit: 'working_days', roll: 'none', amount: 10 },
  },
  {
    id: 'organization.finding.serious',
    ...houseRule,
    citation: '建筑工地联系制度：严重问题自发现之日起三个工作日内整改并复查，或者移送主管部门',
    limit: { unit: 'working_days', roll: 'none', amount: 3 },
  },
  {
    id: 'organization.finding.danger_to_life',
    ...houseRule,
    citation: '建筑工地联系制度：危及生命的问题立即电话报告，二十四小时内复查',
    limit: { unit: 'hours', roll: 'none', amount: 24 },
  },
] as const;

const wages = '《保障农民工工资支付条例》';
const items = [
  ['safety-staff', 'safety', '街道安全生产监督管理人员是否已到工地检查，或者协助有关部门检查？', '《中华人民共和国安全生产法》第九条'],
  ['wage-account', 'wage', '施工总承包单位是否已开设农民工工资专用账户？', `${wages}第二十六条`],
  ['pay-monthly', 'wage', '建设单位是否按约定、至少按月拨付人工费用？', `${wages}第二十四条`],
  ['real-name', 'wage', '进场工人是否都签订了劳动合同并做了实名登记？', `${wages}第二十八条`],
  ['wage-clerk', 'wage', '工地是否配备了劳资专管员？', `${wages}第二十八条、第三十一条`],
  ['cards-not-held', 'wage', '工资卡是否由工人本人保管，没有被他人扣押或者变相扣押？', `${wages}第三十一条`],
  ['wage-deposit', 'wage', '是否已存储工资保证金，或者有银行保函替代？', `${wages}第三十二条`],
  ['notice-board', 'wage', '工地显著位置是否有维权信息告示牌，写明各方单位、发薪日期和投诉渠道？', `${wages}第三十四条`],
  ['resettlement', 'resettlement', '涉及回迁的，是否按补偿协议推进（过渡费或者周转用房、安置进度）？', '《国有土地上房屋征收与补偿条例》第二十一条至第二十五条'],
] as const;

/** How long a finding may stay open, how often a visit is owed, and what is asked on it. */
export async function up(knex: Knex): Promise<void> {
  for (const ruleSet of ruleSets) await addRuleSet(knex, ruleSet);
  await knex('site_visit_rules').insert({
    version: 1,
    interval_months: 1,
    least_days: 7,
    record_within_days: 7,
    citation: '建筑工地联系制度：科级领导每月到所联系的每处工地至少一次，七日内记录；新开工地当月不足七日的，自次月起算',
    effective_from: '2012-01-01',
  });
  await knex('site_checklist_items').insert(
    items.map(([code, concern, questionZh, citation], position) => ({ version: 1, position, code, concern, question_zh: questionZh, citation, effective_from: '2021-09-01' })),
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex('site_checklist_items').delete();
  await knex('site_visit_rules').delete();
  await knex('clock_rule_sets')
    .whereIn('id', ruleSets.map(({ id }) => id))
    .delete();
}
