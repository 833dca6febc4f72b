import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { branchKinds, type Branch } from './branch';

export const branchKindOnWire = wireEnum('BRANCH_KIND', organization.BranchKind, branchKinds);

export function branchToWire({ kind, validTo = '', ...rest }: Branch): organization.Branch {
  return { ...rest, kind: branchKindOnWire.toWire(kind), validTo };
}
