import type { Caller } from '@linli/auth';
import { requests } from '@linli/contracts';
import { callers, filing, present, signMandate, type Office } from './support';

const { CaseResult, Channel, DeliveryMethod, PauseCause } = requests;

type CaseOrRefusal = Promise<{ case?: requests.Case | undefined }>;

/** One case as its participants drive it: keeps the last answer, so that each step goes against the last version. */
export interface Errand {
  current: requests.Case;
  ref(): { caseId: string; version: number };
  /** The answer's case becomes the current one. */
  take(step: CaseOrRefusal): Promise<requests.Case>;
}

/** What brings a case from the door to each state, by those whose work it is. */
const way = {
  draft: [],
  submitted: [],
  needs_material: ['requestMaterial'],
  accepted: ['accept'],
  processing: ['accept', 'start'],
  paused: ['accept', 'start', 'pause'],
  awaiting_decision: ['accept', 'start', 'requestDecision'],
  decided: ['accept', 'start', 'requestDecision', 'decide'],
  delivered: ['accept', 'start', 'requestDecision', 'decide', 'deliver'],
  closed: ['accept', 'start', 'requestDecision', 'decide', 'deliver', 'callBack'],
  declined: ['decline'],
  withdrawn: ['withdraw'],
} as const satisfies Record<string, readonly Step[]>;

type Step = 'requestMaterial' | 'accept' | 'start' | 'pause' | 'requestDecision' | 'decide' | 'deliver' | 'callBack' | 'decline' | 'withdraw';

/** Files a case of Wang's and brings it to `state`. `proxied`: by the agent under a mandate, else at the window. */
export async function errandIn(
  office: Office,
  state: keyof typeof way,
  facts: Partial<requests.CreateCaseRequest> & { proxied?: boolean } = {},
): Promise<Errand> {
  const { proxied = true, ...wanted } = facts;
  const mandateId = proxied ? await signMandate(office, { itemCode: wanted.itemCode ?? 'age-allowance' }) : '';
  const channel = proxied ? Channel.CHANNEL_HOME_VISIT : Channel.CHANNEL_WINDOW;
  const created = await office.cases.createCase(filing({ mandateId, channel, submit: state !== 'draft', ...wanted }), { caller: proxied ? callers.agent : callers.clerk });
  const errand: Errand = {
    current: present(created.case),
    ref: () => ({ caseId: errand.current.id, version: errand.current.version }),
    async take(step) {
      errand.current = present((await step).case);
      return errand.current;
    },
  };
  for (const step of way[state]) await errand.take(steps[step](office, errand.ref()));
  return errand;
}

export const steps: Readonly<Record<Step, (office: Office, ref: { caseId: string; version: number }, caller?: Caller) => CaseOrRefusal>> = {
  requestMaterial: ({ cases }, ref, caller = callers.clerk) =>
    cases.requestMaterial({ ...ref, materialCodes: ['photo'], explanation: '请补一张近期照片', supervisorReason: '' }, { caller }),
  accept: ({ cases }, ref, caller = callers.clerk) => cases.acceptCase({ ...ref, agentId: '', handlerUnitId: '' }, { caller }),
  start: ({ cases }, ref, caller = callers.handler) => cases.startProcessing(ref, { caller }),
  pause: ({ cases }, ref, caller = callers.handler) => cases.pauseCase({ ...ref, cause: PauseCause.PAUSE_CAUSE_SURVEY }, { caller }),
  requestDecision: ({ cases }, ref, caller = callers.handler) => cases.requestDecision(ref, { caller }),
  decide: ({ cases }, ref, caller = callers.handler) => cases.decideCase({ ...ref, result: CaseResult.CASE_RESULT_GRANTED, explanation: '' }, { caller }),
  deliver: ({ cases }, ref, caller = callers.agent) =>
    cases.deliverCase({ ...ref, method: DeliveryMethod.DELIVERY_METHOD_HOME, signedReceipt: true }, { caller }),
  callBack: ({ cases }, ref, caller = callers.coordinator) => cases.recordCallback({ ...ref, reached: true, rating: 5, solved: true, comment: '' }, { caller }),
  decline: ({ cases }, ref, caller = callers.clerk) =>
    cases.declineCase({ ...ref, reasonCode: 'out_of_scope', explanation: '此事项不属于街道职权', redirect: '区民政局办事大厅' }, { caller }),
  withdraw: ({ cases }, ref, caller = callers.wang) => cases.withdrawCase(ref, { caller }),
};

/** The case's events still in the outbox, in order. */
export async function eventsOf(office: Office, caseId: string): Promise<{ type: string; version: number; payload: Record<string, unknown> }[]> {
  const rows = (await office.knex('outbox').where({ aggregate_id: caseId }).orderBy('id')) as { event_type: string; aggregate_version: string; payload: Buffer }[];
  return rows.map((row) => ({
    type: row.event_type.split('.').at(-1) ?? '',
    version: Number(row.aggregate_version),
    payload: JSON.parse(row.payload.toString()) as Record<string, unknown>,
  }));
}

export async function lastEventOf(office: Office, caseId: string) {
  return present((await eventsOf(office, caseId)).at(-1));
}

/** Expects the call to be refused with this reason. */
export async function refused(call: Promise<unknown>, reason: string, details?: Record<string, string>): Promise<void> {
  await expect(call).rejects.toMatchObject(details === undefined ? { reason } : { reason, details });
}
