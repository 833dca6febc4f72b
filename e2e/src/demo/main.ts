import { readConfig } from '@linli/config';
import { clock, Narrator } from './narrator';
import { Peer } from './peer';
import type { Journey } from './journey';
import { organizationYear } from './organization/year';
import { proxyCase } from './proxy-case';

const journeys: Readonly<Record<string, Journey>> = { case: proxyCase, organization: organizationYear };

const usage = `npm run demo [-- NAME]   plays a story against the running platform through the HTTP API, and checks itself
  case           an errand run by a proxy agent, from the door to the archive; what is played when no name is given
  organization   a year of the office; on fresh data: npm start -- --fresh --clock 2026-01-04T09:00+08:00`;

/** Exits non-zero when anything is missing. */
async function demo([name = 'case']: readonly string[]): Promise<number> {
  const journey = journeys[name];
  if (journey === undefined) {
    process.stdout.write(`${usage}\n`);
    return ['--help', '-h'].includes(name) ? 0 : 2;
  }
  const config = readConfig(process.env, (env) => ({ gateway: env.url('GATEWAY_URL'), brokers: env.text('KAFKA_BROKERS') }));
  const narrator = new Narrator();
  const peer = await Peer.start(config.brokers, journey.topics);
  try {
    const aggregates = await journey.play(config.gateway, narrator);
    narrator.chapter('外部系统看到的事件');
    for (const [id, version] of aggregates) {
      if (!(await peer.hasSeen(id, version))) narrator.check(false, `${id} 的第 ${version} 个版本没有送达`);
    }
    for (const event of peer.events.filter((one) => aggregates.has(one.key.split(':')[1] ?? ''))) {
      const { key, version, type, time } = event;
      process.stdout.write(`${clock(new Date(time))}  ${key.split(':')[1]?.slice(-6) ?? ''}  v${String(version).padEnd(3)} ${type}\n`);
    }
    const faults = peer.findFaults(aggregates);
    narrator.check(faults.length === 0, faults.length === 0 ? '每个事件恰好一次，按版本顺序，没有缺口' : faults.join('；'));
    const personal = JSON.stringify(peer.events).match(/154\d{8}|0477-?0\d{6}|1599\d{14}/g);
    narrator.check(personal === null, '事件中没有电话和证件号码');
  } finally {
    peer.stop();
  }
  process.stdout.write(narrator.faults.length === 0 ? '\n演示完成，全部成立。\n' : `\n有 ${narrator.faults.length} 处不成立：\n${narrator.faults.join('\n')}\n`);
  return narrator.faults.length === 0 ? 0 : 1;
}

demo(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`演示中断：${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
