import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import type { Deps } from '../deps';
import { codeRule, readAuthorityNumber, readTime } from '../fields';
import { getCoveredSite, holdSite } from '../sites/hold-site';
import { coversSite, reachOf } from '../sites/reach';
import { concernOnWire } from '../sites/wire';
import { closeFinding, recheckFinding, recordReply, referFinding, startRectification, tellSite, type FindingRef } from './change-finding';
import type { EmergencyCall } from './finding';
import { raiseFinding } from './raise-finding';
import { findingNotFound } from './rules';
import { findFinding, listFindings } from './store';
import { authorityOnWire, findingToWire, lineOnWire, replyOnWire, severityOnWire } from './wire';

const read = 'organization.site.read';

export function siteFindingService(deps: Deps): organization.SiteFindingServiceImplementation<RpcContext> {
  return {
    async raiseSiteFinding(request, { caller }) {
      const finding = await raiseFinding(deps, caller, {
        request: requestKey(caller, organization.RaiseSiteFindingRequest, request),
        siteId: readUuid(request.siteId, 'site_id'),
        concern: concernOnWire.fromWire(request.concern, 'concern'),
        severity: severityOnWire.fromWire(request.severity, 'severity'),
        itemCode: requireText(request.itemCode, 'item_code', { ...codeRule, optional: true }),
        description: requireText(request.description, 'description', { max: 500, optional: true }),
        call: request.call && readCall(request.call),
      });
      return { finding: findingToWire(finding) };
    },
    async tellSite(request, { caller }) {
      return { finding: findingToWire(await tellSite(deps, caller, readRef(request))) };
    },
    async startRectification(request, { caller }) {
      return { finding: findingToWire(await startRectification(deps, caller, readRef(request))) };
    },
    async recheckSiteFinding(request, { caller }) {
      return { finding: findingToWire(await recheckFinding(deps, caller, { ...readRef(request), passed: request.passed })) };
    },
    async closeSiteFinding(request, { caller }) {
      return { finding: findingToWire(await closeFinding(deps, caller, readRef(request))) };
    },
    async referSiteFinding(request, { caller }) {
      const authority = authorityOnWire.fromWire(request.authority, 'authority');
      const receivedNumber = readAuthorityNumber(request.receivedNumber, 'received_number');
      return { finding: findingToWire(await referFinding(deps, caller, { ...readRef(request), authority, receivedNumber })) };
    },
    async recordReferralReply(request, { caller }) {
      const reply = replyOnWire.fromWire(request.reply, 'reply');
      return { finding: findingToWire(await recordReply(deps, caller, { ...readRef(request), reply })) };
    },
    async getSiteFinding(request, { caller }) {
      const id = readUuid(request.findingId, 'finding_id');
      const finding = await deps.db.withTenant(caller, async (tx) => {
        const found = await findFinding(tx, id);
        return found !== undefined && (await coversSite(tx, caller, { permission: read, site: await holdSite(tx, found.siteId), now: deps.now() })) ? found : undefined;
      });
      if (finding === undefined) throw findingNotFound();
      return { finding: findingToWire(finding) };
    },
    listSiteFindings: (request, { caller }) => listPage(deps, caller, request),
  };
}

async function listPage(deps: Deps, caller: Caller, request: organization.ListSiteFindingsRequest): Promise<organization.ListSiteFindingsResponse> {
  const limit = compactLimit(request.pageSize);
  const siteId = request.siteId === '' ? undefined : readUuid(request.siteId, 'site_id');
  const concern = concernOnWire.fromWireOrNone(request.concern, 'concern');
  const { includeClosed } = request;
  const context = { list: 'findings', tenant: caller.tenantId, caller: caller.subject, siteId, concern, includeClosed };
  const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const found = await deps.db.withTenant(caller, async (tx) => {
    if (siteId !== undefined) await getCoveredSite(tx, caller, { siteId, permission: read, now: deps.now() });
    return listFindings(tx, { reach: await reachOf(tx, caller, { permission: read, now: deps.now() }), siteId, concern, includeClosed, afterId, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
  return { findings: shown.map(findingToWire), nextPageToken };
}

function readCall(call: organization.EmergencyCall): EmergencyCall {
  const calledAt = readTime(call.calledAt, 'call.called_at');
  if (calledAt === undefined) throw violation('call.called_at', 'required');
  return { line: lineOnWire.fromWire(call.line, 'call.line'), calledAt };
}

function readRef(request: { readonly findingId: string; readonly version: number }): FindingRef {
  return { findingId: readUuid(request.findingId, 'finding_id'), version: request.version };
}
