import { coversUnit, isSelf, unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readAsOf, readDay, today } from '../days';
import type { Deps } from '../deps';
import { readUnitCode } from '../fields';
import { getPublicPath } from '../units/get-public-path';
import type { Objection } from './publication';
import { publish } from './publish';
import { answerObjection, permissions, raiseObjection } from './raise-objection';
import { objectionNotFound, publicationNotFound } from './rules';
import { findPublication, findPublicPublication, listPublications, listPublicPublications } from './store';
import { findObjection, listObjections, type ObjectionReach } from './store-objections';
import { kindOnWire, objectionToWire, publicationToWire, publicToWire, withdrawReasonOnWire } from './wire';
import { withdrawPublication } from './withdraw-publication';

const read = 'organization.publication.read';
const textRule = { max: 1_000 };
/** Of a page that comes with its texts, of up to 10,000 characters each. */
const publicPage = { standard: 20, most: 100 };

type Service = organization.PublicationServiceImplementation<RpcContext>;

export function publicationService(deps: Deps): Service {
  return { ...publishing(deps), ...objecting(deps), ...inPublic(deps) };
}

function publishing(deps: Deps): Pick<Service, 'publish' | 'withdrawPublication' | 'getPublication' | 'listPublications'> {
  return {
    async publish(request, { caller }) {
      if (request.toDay === '') throw violation('to_day', 'required');
      const publication = await publish(deps, caller, {
        request: requestKey(caller, organization.PublishRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        kind: kindOnWire.fromWire(request.kind, 'kind'),
        decisionId: request.decisionId === '' ? undefined : readUuid(request.decisionId, 'decision_id'),
        titleZh: requireText(request.titleZh, 'title_zh', { max: 100 }),
        textZh: requireText(request.textZh, 'text_zh', { max: 10_000 }),
        fromDay: readDay(request.fromDay, 'from_day', today(deps)),
        toDay: readDay(request.toDay, 'to_day', ''),
      });
      return { publication: publicationToWire(publication) };
    },
    async withdrawPublication(request, { caller }) {
      const publicationId = readUuid(request.publicationId, 'publication_id');
      const reason = withdrawReasonOnWire.fromWire(request.reason, 'reason');
      return { publication: publicationToWire(await withdrawPublication(deps, caller, { publicationId, version: request.version, reason })) };
    },
    async getPublication(request, { caller }) {
      const id = readUuid(request.publicationId, 'publication_id');
      const publication = await deps.db.withTenant(caller, (tx) => findPublication(tx, id));
      if (publication === undefined || !coversUnit(caller, read, publication.unitPath)) throw publicationNotFound();
      return { publication: publicationToWire(publication) };
    },
    async listPublications(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const kind = kindOnWire.fromWireOrNone(request.kind, 'kind');
      const asOf = readAsOf(request);
      const context = { list: 'publications', tenant: caller.tenantId, caller: caller.subject, kind, asOf };
      const beforeId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const found = await deps.db.withTenant(caller, (tx) => listPublications(tx, { scopes: unitScopes(caller, read), kind, asOf, beforeId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { publications: shown.map(publicationToWire), nextPageToken };
    },
  };
}

function objecting(deps: Deps): Pick<Service, 'raiseObjection' | 'answerObjection' | 'getObjection' | 'listObjections'> {
  return {
    async raiseObjection(request, { caller }) {
      const objection = await raiseObjection(deps, caller, {
        request: requestKey(caller, organization.RaiseObjectionRequest, request),
        publicationId: readUuid(request.publicationId, 'publication_id'),
        textZh: requireText(request.textZh, 'text_zh', textRule),
      });
      return { objection: objectionToWire(objection, caller) };
    },
    async answerObjection(request, { caller }) {
      const objectionId = readUuid(request.objectionId, 'objection_id');
      const answerZh = requireText(request.answerZh, 'answer_zh', textRule);
      return { objection: objectionToWire(await answerObjection(deps, caller, { objectionId, version: request.version, answerZh }), caller) };
    },
    async getObjection(request, { caller }) {
      const id = readUuid(request.objectionId, 'objection_id');
      const objection = await deps.db.withTenant(caller, (tx) => findObjection(tx, id));
      if (objection === undefined || !seesObjection(caller, objection)) throw objectionNotFound();
      return { objection: objectionToWire(objection, caller) };
    },
    async listObjections(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const publicationId = request.publicationId === '' ? undefined : readUuid(request.publicationId, 'publication_id');
      const context = { list: 'objections', tenant: caller.tenantId, caller: caller.subject, publicationId };
      const beforeId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const found = await deps.db.withTenant(caller, (tx) => listObjections(tx, { reach: reachOf(caller), publicationId, beforeId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { objections: shown.map((objection) => objectionToWire(objection, caller)), nextPageToken };
    },
  };
}

function inPublic(deps: Deps): Pick<Service, 'getPublicPublication' | 'listPublicPublications'> {
  return {
    async getPublicPublication(request, { caller }) {
      const id = readUuid(request.publicationId, 'publication_id');
      const publication = await deps.db.withTenant(caller, (tx) => findPublicPublication(tx, id, today(deps)));
      if (publication === undefined) throw publicationNotFound();
      return { publication: publicToWire(publication) };
    },
    async listPublicPublications(request, { caller }) {
      const limit = compactLimit(request.pageSize, publicPage);
      const unitCode = readUnitCode(request);
      const context = { list: 'public_publications', tenant: caller.tenantId, caller: caller.subject, unitCode };
      const [fromDay, id] = deps.pages.read(request.pageToken, context) ?? [];
      const after = fromDay == null ? undefined : { fromDay: String(fromDay), id: String(id) };
      const day = today(deps);
      const found = await deps.db.withTenant(caller, async (tx) => listPublicPublications(tx, { day, under: await getPublicPath(tx, unitCode, day), after, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.fromDay, last.id] });
      return { publications: shown.map(publicToWire), nextPageToken };
    },
  };
}

/** A resident sees what they object to; staff what is of their units. */
function seesObjection(caller: Caller, { raisedBy, unitPath }: Objection): boolean {
  return coversUnit(caller, permissions.objections, unitPath) || isSelf(caller, permissions.objections, raisedBy);
}

function reachOf(caller: Caller): ObjectionReach {
  return caller.kind === 'resident' ? { raisedBy: caller.subject } : { scopes: unitScopes(caller, permissions.objections) };
}
