import { localDateOf } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { answers, concerns, stages, type Site, type Visit } from './site';

export const stageOnWire = wireEnum('SITE_STAGE', organization.SiteStage, stages);
export const concernOnWire = wireEnum('SITE_CONCERN', organization.SiteConcern, concerns);
export const answerOnWire = wireEnum('SITE_ANSWER', organization.SiteAnswer, answers);

export function siteToWire(site: Site): organization.Site {
  const { subcontractorsZh, leaderSince, closedOn = '', visitDueOn = '', lastVisitedOn = '', missedSince = '', ...rest } = site;
  return {
    ...rest,
    subcontractorsZh: [...subcontractorsZh],
    stage: stageOnWire.toWire(site.stage),
    leaderSince: leaderSince === undefined ? '' : localDateOf(leaderSince),
    closedOn,
    visitDueOn,
    lastVisitedOn,
    missedSince,
  };
}

export function visitToWire(visit: Visit): organization.SiteVisit {
  const given = Object.entries(visit.answers).map(([itemCode, answer]) => ({ itemCode, answer: answerOnWire.toWire(answer) }));
  return { ...visit, answers: given };
}
