import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { evaluationResults, incubationStates, type IncubatedOrg } from './incubated-org';

export const stateOnWire = wireEnum('INCUBATION_STATE', organization.IncubationState, incubationStates);
export const resultOnWire = wireEnum('EVALUATION_RESULT', organization.EvaluationResult, evaluationResults);

export function orgToWire(org: IncubatedOrg): organization.IncubatedOrg {
  const { state, term, result, receivedOn = '', returnedOn = '', ...rest } = org;
  return {
    ...rest,
    state: stateOnWire.toWire(state),
    termFrom: term?.from ?? '',
    termTo: term?.to ?? '',
    result: result === undefined ? organization.EvaluationResult.EVALUATION_RESULT_UNSPECIFIED : resultOnWire.toWire(result),
    receivedOn,
    returnedOn,
  };
}
