import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { resettlementStates, type Resettlement } from './resettlement';
import { nextStates } from './rules';

export const resettlementStateOnWire = wireEnum('RESETTLEMENT_STATE', organization.ResettlementState, resettlementStates);

export function resettlementToWire(resettlement: Resettlement): organization.Resettlement {
  const { unitPath: _unitPath, payments, state, ...rest } = resettlement;
  return { ...rest, payments: [...payments], state: resettlementStateOnWire.toWire(state), nextStates: nextStates[state].map((next) => resettlementStateOnWire.toWire(next)) };
}
