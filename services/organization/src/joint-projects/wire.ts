import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { tagOnWire } from '../meetings/wire';
import { needStates, projectStates, type JointProject, type Need, type Resource } from './joint-project';

export const needStateOnWire = wireEnum('NEED_STATE', organization.NeedState, needStates);
export const projectStateOnWire = wireEnum('JOINT_PROJECT_STATE', organization.JointProjectState, projectStates);

export function needToWire({ state, ...rest }: Need): organization.Need {
  return { ...rest, state: needStateOnWire.toWire(state) };
}

export function resourceToWire({ withdrawnOn = '', ...rest }: Resource): organization.Resource {
  return { ...rest, withdrawnOn };
}

export function projectToWire({ state, tags, needIds, resourceIds, leadMemberUnitId = '', overdueAt, ...rest }: JointProject): organization.JointProject {
  return {
    ...rest,
    state: projectStateOnWire.toWire(state),
    tags: tags.map(tagOnWire.toWire),
    needIds: [...needIds],
    resourceIds: [...resourceIds],
    leadMemberUnitId,
    overdueAt,
  };
}
