import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { resultOnWire } from '../decisions/wire';
import { toldOrNot, toldPart, toldVote } from '../small-figures';
import { objectionStates, publicationKinds, withdrawReasons, type Objection, type Objections, type Publication } from './publication';
import type { PublicPublication } from './store';

export const kindOnWire = wireEnum('PUBLICATION_KIND', organization.PublicationKind, publicationKinds);
export const withdrawReasonOnWire = wireEnum('PUBLICATION_WITHDRAW_REASON', organization.PublicationWithdrawReason, withdrawReasons);
const objectionStateOnWire = wireEnum('OBJECTION_STATE', organization.ObjectionState, objectionStates);

export function publicationToWire({ kind, decisionId = '', withdrawnAt, withdrawReason, ...rest }: Publication & Objections): organization.Publication {
  return {
    ...rest,
    decisionId,
    kind: kindOnWire.toWire(kind),
    withdrawnAt,
    withdrawReason: withdrawReason === undefined ? organization.PublicationWithdrawReason.PUBLICATION_WITHDRAW_REASON_UNSPECIFIED : withdrawReasonOnWire.toWire(withdrawReason),
    textErased: withdrawReason === 'personal_data',
  };
}

export function publicToWire({ kind, vote, objections, answered, ...rest }: PublicPublication): organization.PublicPublication {
  return {
    ...rest,
    kind: kindOnWire.toWire(kind),
    objections: toldOrNot(objections),
    answered: toldPart(answered, objections),
    vote: vote === null ? undefined : publicVoteToWire(vote),
  };
}

function publicVoteToWire({ titleZh, result, entitled, citation, papers, ...count }: NonNullable<PublicPublication['vote']>): organization.PublishedVote {
  const told = toldVote(count, papers ?? undefined);
  return { titleZh, entitled: told && entitled, count: told, quorumCitation: citation, result: resultOnWire.toWire(result) };
}

/** Who objects is told to nobody else: whoever answers needs the matter, and ids gathered up would be a list of those who object. */
export function objectionToWire({ unitId: _unit, unitPath: _path, state, raisedBy, ...rest }: Objection, { subject }: Pick<Caller, 'subject'>): organization.Objection {
  return { ...rest, raisedBy: raisedBy === subject ? raisedBy : '', state: objectionStateOnWire.toWire(state) };
}
