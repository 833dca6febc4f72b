import type { Caller } from '@linli/auth';
import { satisfyClock, startClock } from '@linli/clocks';
import { violation } from '@linli/grpc';
import type { Deps } from '../deps';
import type { Case, CaseResult } from './case';
import { resultWire } from './case-events';
import { saveChange, takeCase, type CaseRef } from './change';
import { clockKinds } from './clock-kinds';

/**
 * The department decides; a refusal says why. The promised limit is kept or missed with it, and the limit for the
 * delivery starts (行政许可法 44).
 * @throws AppError as `takeCase`; permission_denied AGENT_MAY_NOT_DECIDE; invalid_argument FIELD_INVALID.
 */
export async function decideCase(
  deps: Pick<Deps, 'db' | 'now' | 'calendar'>,
  caller: Caller,
  input: CaseRef & { readonly result: CaseResult; readonly explanation: string },
): Promise<Case> {
  const { result, explanation } = input;
  if (result === 'refused' && explanation === '') throw violation('explanation', 'required');
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'decide', now: deps.now() });
    const { found, at } = step;
    const [clock] = await Promise.all([
      startClock(tx, deps.calendar, {
        kind: clockKinds.deliver,
        subjectType: 'requests.case',
        subjectId: found.id,
        ruleSet: { id: clockKinds.deliver },
        at,
      }),
      satisfyClock(tx, { kind: clockKinds.handle, subjectId: found.id, at }),
    ]);
    return saveChange(tx, step, {
      changed: { result, resultExplanation: explanation, decidedAt: at, nextDueAt: clock.dueAt },
      event: 'CaseDecided',
      detail: { result: resultWire.toWire(result) },
      facts: { result, deliver_by: clock.dueAt.toISOString() },
      note: explanation,
    });
  });
}
