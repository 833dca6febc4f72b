import { addRuleSet } from '@linli/clocks';
import type { Migration } from '@linli/db';

const workingDays = { unit: 'working_days', roll: 'none' } as const;
const licensingLaw = { version: 1, effectiveFrom: '2004-07-01' };
const houseRule = { version: 1, effectiveFrom: '2020-01-01' };

const ruleSets = [
  // 申请材料不齐全…应当当场或者在五日内一次告知…逾期不告知的，自收到申请材料之日起即为受理; days are working days (82).
  { id: 'requests.notice', ...licensingLaw, citation: '《中华人民共和国行政许可法》第三十二条第一款第四项、第八十二条', limit: { ...workingDays, amount: 5 } },
  // 作出准予行政许可的决定，应当自作出决定之日起十日内…送达.
  { id: 'requests.deliver', ...licensingLaw, citation: '《中华人民共和国行政许可法》第四十四条、第八十二条', limit: { ...workingDays, amount: 10 } },
  // The most that one extension may add: 经本行政机关负责人批准，可以延长十日，并应当将延长期限的理由告知申请人.
  { id: 'requests.extend', ...licensingLaw, citation: '《中华人民共和国行政许可法》第四十二条第一款、第八十二条', limit: { ...workingDays, amount: 10 } },
  { id: 'requests.close', ...houseRule, citation: '全程代理服务规则：送达后十个工作日内未能回访的，自动办结', limit: { ...workingDays, amount: 10 } },
  // A right of the resident, so a rest day only lengthens it.
  {
    id: 'requests.reopen',
    ...houseRule,
    citation: '全程代理服务规则：办结后三十日内，未解决或评价为二分以下的，居民可以要求重新办理',
    limit: { unit: 'calendar_days', roll: 'forward', amount: 30 },
  },
] as const;

/** The limits of the state machine, as law in force by date. */
export const seedRuleSets: Migration = {
  name: '20261124094400_seed_rule_sets',

  async up(knex) {
    for (const ruleSet of ruleSets) await addRuleSet(knex, ruleSet);
  },

  async down(knex) {
    await knex('clock_rule_sets')
      .whereIn('id', ruleSets.map(({ id }) => id))
      .delete();
  },
};
