import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { resultOnWire } from '../decisions/wire';
import { objectionStates, publicationKinds, type Objection, type Objections, type Publication } from './publication';
import type { PublicPublication } from './store';

export const kindOnWire = wireEnum('PUBLICATION_KIND', organization.PublicationKind, publicationKinds);
const objectionStateOnWire = wireEnum('OBJECTION_STATE', organization.ObjectionState, objectionStates);

export function publicationToWire({ kind, decisionId = '', ...rest }: Publication & Objections): organization.Publication {
  return { ...rest, decisionId, kind: kindOnWire.toWire(kind), version: 1 };
}

export function publicToWire({ kind, vote, ...rest }: PublicPublication): organization.PublicPublication {
  if (vote === null) return { ...rest, kind: kindOnWire.toWire(kind), vote: undefined };
  const { titleZh, result, entitled, citation, ...count } = vote;
  return { ...rest, kind: kindOnWire.toWire(kind), vote: { titleZh, entitled, count, quorumCitation: citation, result: resultOnWire.toWire(result) } };
}

export function objectionToWire({ unitId: _unit, unitPath: _path, state, ...rest }: Objection): organization.Objection {
  return { ...rest, state: objectionStateOnWire.toWire(state) };
}
