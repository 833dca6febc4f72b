import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { learningKinds, type Learning } from './learning';

export const kindOnWire = wireEnum('LEARNING_KIND', organization.LearningKind, learningKinds);

export function learningToWire({ kind, staffIds, ...rest }: Learning): organization.Learning {
  return { ...rest, kind: kindOnWire.toWire(kind), staffIds: [...staffIds] };
}
