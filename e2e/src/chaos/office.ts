import { randomUUID } from 'node:crypto';
import { Person, type Json } from '../demo/person';

/** One community of an office and the people who work a case there, signed in. */
export interface Office {
  readonly tenant: string;
  readonly resident: Person;
  readonly clerk: Person;
  readonly handler: Person;
  readonly coordinator: Person;
  /** By the id that a case calls its owner. */
  readonly agents: ReadonlyMap<string, Person>;
  /** The agents who may file, each with the mandate that the resident signed. */
  readonly mandates: readonly { readonly agent: Person; readonly mandateId: string }[];
}

const casts = [
  { tenant: 'xingsheng', resident: 'xs-resident-01', clerk: 'xs-staff-14', handler: 'xs-staff-08', coordinator: 'xs-staff-20', agents: ['xs-staff-16', 'xs-staff-17', 'xs-staff-18', 'xs-staff-19'] },
  { tenant: 'xingsheng', resident: 'xs-resident-03', clerk: 'xs-staff-21', handler: 'xs-staff-08', coordinator: 'xs-staff-27', agents: ['xs-staff-23', 'xs-staff-24', 'xs-staff-25', 'xs-staff-26'] },
  { tenant: 'baihe', resident: 'bh-resident-01', clerk: 'bh-staff-03', handler: 'bh-staff-02', coordinator: 'bh-staff-01', agents: ['bh-staff-04', 'bh-staff-05'] },
] as const;

export const itemCode = 'elder-allowance';

/** Signs everybody in and lets the residents sign their mandates. */
export async function openOffices(gateway: string): Promise<Office[]> {
  const offices: Office[] = [];
  for (const cast of casts) {
    const enter = (subject: string): Promise<Person> => Person.signIn(gateway, subject);
    const agents = await Promise.all(cast.agents.map(enter));
    const [resident, clerk, handler, coordinator] = await Promise.all([enter(cast.resident), enter(cast.clerk), enter(cast.handler), enter(cast.coordinator)]);
    const filing = agents.slice(0, 2);
    const mandates = await Promise.all(filing.map(async (agent) => ({ agent, mandateId: await signMandate(resident, agent) })));
    offices.push({ tenant: cast.tenant, resident, clerk, handler, coordinator, agents: new Map(agents.map((agent) => [agent.subject, agent])), mandates });
  }
  return offices;
}

/** Asks again while the agent's own event is still on its way to requests. */
async function signMandate(resident: Person, agent: Person): Promise<string> {
  const key = randomUUID();
  for (const until = Date.now() + 20_000; ; ) {
    const { status, body } = await resident.create('/v1/mandates', { residentId: resident.subject, agentId: agent.subject, itemCode, consentForm: 'online' }, key);
    if (status === 201) return String(body['id']);
    if (body['code'] !== 'AGENT_UNKNOWN' || Date.now() > until) throw new Error(`the mandate was not signed: ${status} ${JSON.stringify(body)}`);
  }
}

/** Who does what next to a case in this state, or undefined when nothing is left to do. */
export function nextStep(office: Office, seen: Json, dice: number): { readonly by: Person; readonly action: string; readonly body: Json } | undefined {
  const owner = office.agents.get(String(seen['ownerId'])) ?? office.mandates[0]?.agent ?? office.coordinator;
  switch (seen['state']) {
    case 'submitted':
      return dice < 0.05 ? { by: office.resident, action: 'withdraw', body: {} } : { by: office.clerk, action: 'accept', body: {} };
    case 'accepted':
    case 'reopened':
      return { by: owner, action: 'startProcessing', body: {} };
    case 'processing':
      return dice < 0.3 ? { by: office.handler, action: 'pause', body: { cause: 'survey' } } : { by: owner, action: 'requestDecision', body: {} };
    case 'paused':
      return { by: office.handler, action: 'resume', body: {} };
    case 'awaiting_decision':
      return { by: office.handler, action: 'decide', body: { result: 'granted', explanation: '符合条件。' } };
    case 'decided':
      return { by: owner, action: 'deliver', body: { method: 'home', signedReceipt: true } };
    case 'delivered':
      return { by: office.coordinator, action: 'callBack', body: { reached: true, rating: 5, solved: true } };
    case 'closed':
      return dice < 0.1 ? { by: office.resident, action: 'reopen', body: { reason: '没有到账。' } } : undefined;
    default:
      return undefined;
  }
}
