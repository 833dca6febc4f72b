import { organization } from '@linli/contracts';
import type { Change } from '../changes';
import type { Regrading } from './regrading';

const steps = {
  RegradingPlanned: { action: 'regrading.plan', code: 'planned' },
  RegradingTookEffect: { action: 'regrading.take_effect', code: 'took_effect' },
  RegradingWithdrawn: { action: 'regrading.withdraw', code: 'withdrawn' },
} as const;

/** One step of a regrading; its thread is its own. */
export function regradingChange({ id, version, effectiveOn, unitPath }: Regrading, { event, at }: { event: keyof typeof steps; at: Date }): Change {
  const { action, code } = steps[event];
  const payload = organization[event].fromPartial({ regradingId: id, effectiveOn });
  return { action, objectType: 'regrading', id, version, event, payload, entry: { threadId: id, unitPath, at, code, facts: { effectiveOn } } };
}
