import { readConfig } from '@linli/config';
import type { Journey } from '../journey';
import { Person } from '../person';
import { planCommittees } from './committees';
import { planPledges } from './pledges';
import { planRegrading } from './regrading';
import { simulatedTime } from './simulated-time';
import { planSites } from './sites';
import type { Act, Stage } from './stage';

/** One year of Xingsheng on the simulated time: what is owed when, who does it, and what must hold afterwards. */
export const organizationYear: Journey = {
  topics: ['committee', 'meeting', 'member_unit', 'pledge_project', 'site', 'finding'].map((noun) => `public.organization.${noun}.v1`),
  async play(gateway, narrator) {
    const { file } = readConfig(process.env, (env) => ({ file: env.text('LINLI_CLOCK', '') }));
    if (file === '') throw new Error('这个演示要走过一年：请用 npm start -- --fresh --clock 2026-01-04T09:00+08:00 启动');
    const aggregates = new Map<string, number>();
    const time = simulatedTime(file);
    narrator.time = () => time.today();
    await playYear({
      narrator,
      url: gateway,
      tenantId: 'xingsheng',
      actor: (subject) => Person.signIn(gateway, subject),
      ...time,
      follow: (id, version) => void aggregates.set(String(id), Number(version)),
    });
    return aggregates;
  },
};

/** The acts of all capabilities by their days; those of one day in the order in which they are listed here. */
export async function playYear(stage: Stage): Promise<void> {
  const acts: Act[] = [...(await planCommittees(stage)), ...(await planPledges(stage)), ...(await planRegrading(stage)), ...(await planSites(stage))];
  acts.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  let month = '';
  for (const { day, play } of acts) {
    if (day.slice(0, 7) !== month) {
      month = day.slice(0, 7);
      stage.narrator.chapter(month);
    }
    if (day > stage.today()) await stage.moveTo(day);
    await play();
  }
}
