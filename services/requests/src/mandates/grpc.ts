import { coversUnit, isSelf, unitScopes, type Caller } from '@linli/auth';
import { requests } from '@linli/contracts';
import { notFound } from '@linli/errors';
import { compactLimit, readUuid, requestKey, requireText, violation, wireEnum } from '@linli/grpc';
import type { Deps } from '../deps';
import { revokeMandate, type MandateHooks } from './end-mandate';
import { consentForms, mandateStates, stateAt, type Mandate } from './rules';
import { signMandate } from './sign-mandate';
import { getMandate, listMandates } from './store';

type MandateDeps = Pick<Deps, 'db' | 'now' | 'tokens' | 'calendar' | 'persons'> & MandateHooks;

const readPermission = 'requests.mandate.read';
const forms = wireEnum('CONSENT_FORM', requests.ConsentForm, consentForms);
const states = wireEnum('MANDATE_STATE', requests.MandateState, mandateStates);

export function mandateService(deps: MandateDeps): requests.MandateServiceImplementation<{ caller: Caller }> {
  const toWire = (mandate: Mandate) => mandateToWire(mandate, deps.now());

  return {
    async signMandate(request, { caller }) {
      const input = {
        residentId: readUuid(request.residentId, 'resident_id'),
        agentId: readUuid(request.agentId, 'agent_id'),
        itemCode: requireText(request.itemCode, 'item_code', { max: 64 }),
        consentForm: forms.fromWire(request.consentForm, 'consent_form'),
        expiresAt: request.expiresAt,
      };
      const key = requestKey(caller, requests.SignMandateRequest, request);
      return { mandate: toWire(await signMandate(deps, caller, { input, key })) };
    },

    async revokeMandate(request, { caller }) {
      if (request.version < 1) throw violation('version', 'required');
      const mandateId = readUuid(request.mandateId, 'mandate_id');
      return { mandate: toWire(await revokeMandate(deps, caller, { mandateId, version: request.version })) };
    },

    async getMandate(request, { caller }) {
      const mandateId = readUuid(request.mandateId, 'mandate_id');
      const mandate = await deps.db.withTenant(caller, (tx) => getMandate(tx, mandateId));
      if (!maySee(caller, mandate)) throw notFound('MANDATE_NOT_FOUND', 'there is no such mandate');
      return { mandate: toWire(mandate) };
    },

    async listMandates(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const scopes = unitScopes(caller, readPermission);
      const state = states.fromWireOrNone(request.state, 'state');
      const filter = {
        ...(request.residentId === '' ? {} : { residentId: readUuid(request.residentId, 'resident_id') }),
        ...(request.agentId === '' ? {} : { agentId: readUuid(request.agentId, 'agent_id') }),
        ...(state === undefined ? {} : { state }),
      };
      const context = { list: 'mandates', tenant: caller.tenantId, subject: caller.subject, ...filter };
      const [before] = deps.tokens.read(request.pageToken, context) ?? [];
      const position = before === undefined ? undefined : String(before);
      const own = caller.kind === 'resident' ? { residentId: caller.subject } : { agentId: caller.subject };
      const found = await deps.db.withTenant(caller, (tx) =>
        listMandates(tx, { ...filter, scopes, own, before: position, limit: limit + 1 }),
      );
      const { shown, nextPageToken } = deps.tokens.cut(found, { limit, context, at: ({ id }) => [id] });
      return { mandates: shown.map(toWire), nextPageToken };
    },
  };
}

function maySee(caller: Caller, mandate: Mandate): boolean {
  const own = isSelf(caller, readPermission, mandate.residentId) || isSelf(caller, readPermission, mandate.agentId);
  return own || coversUnit(caller, readPermission, mandate.unitPath);
}

function mandateToWire(mandate: Mandate, now: Date): requests.Mandate {
  const { endedAt, ...rest } = mandate;
  const revokedAt = mandate.state === 'revoked' ? endedAt : undefined;
  return { ...rest, revokedAt, consentForm: forms.toWire(mandate.consentForm), state: states.toWire(stateAt(mandate, now)) };
}
