import { randomUUID } from 'node:crypto';
import { itemCode, type Crew } from './cast';
import { createTimes, type Times } from './histogram';
import type { Answered } from './people';

export const stepNames = ['submit', 'accept', 'decide', 'read'] as const;
export type StepName = (typeof stepNames)[number];

/** What the lifecycles of one load came to. */
export interface Tally {
  readonly steps: Readonly<Record<StepName, Times>>;
  readonly writes: Times;
  begun: number;
  done: number;
  failed: number;
  /** Of those that failed, how each was answered. */
  readonly refusals: Map<string, number>;
}

export function createTally(): Tally {
  const steps = Object.fromEntries(stepNames.map((name) => [name, createTimes()])) as Record<StepName, Times>;
  return { steps, writes: createTimes(), begun: 0, done: 0, failed: 0, refusals: new Map() };
}

/**
 * One case from the window to its decision, and read once more by who took it in. The first step's time counts from
 * `due` (of `performance.now`), each later one's from the answer before it.
 */
export async function liveCase({ casts }: Crew, tally: Tally, due: number = performance.now()): Promise<void> {
  const cast = casts[(tally.begun += 1) % casts.length];
  if (cast === undefined) throw new Error('the crew is empty');
  const { clerk, handler, residentId } = cast;
  let began = due;
  async function step(name: StepName, call: () => Promise<Answered>): Promise<Answered['body'] | undefined> {
    const answer = await call().catch((error: unknown): Answered => ({ status: 0, body: { code: error instanceof Error ? error.message : String(error) } }));
    const ended = performance.now();
    tally.steps[name].record(ended - began);
    if (name !== 'read') tally.writes.record(ended - began);
    began = ended;
    if (answer.status < 300 && answer.status > 0) return answer.body;
    const refusal = `${name} ${answer.status} ${String(answer.body['code'])}`;
    tally.refusals.set(refusal, (tally.refusals.get(refusal) ?? 0) + 1);
    tally.failed += 1;
    return undefined;
  }
  const submitted = await step('submit', () => clerk.create('/v1/cases', { itemCode, residentId, channel: 'window', subject: '请协助办理', submit: true }, randomUUID()));
  if (submitted === undefined) return;
  const at = `/v1/cases/${String(submitted['id'])}`;
  const accepted = await step('accept', () => clerk.change(`${at}:accept`, submitted['version']));
  if (accepted === undefined) return;
  const decided = await step('decide', () => handler.change(`${at}:decide`, accepted['version'], { result: 'granted', explanation: '符合条件' }));
  if (decided === undefined) return;
  if ((await step('read', () => clerk.get(at)))?.['state'] === 'decided') tally.done += 1;
}
