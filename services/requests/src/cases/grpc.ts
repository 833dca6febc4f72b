import { recordAudit } from '@linli/audit';
import type { Caller } from '@linli/auth';
import { createLights } from '@linli/clocks';
import { requests } from '@linli/contracts';
import { readUuid, requestKey, requireText, violation, wireEnum } from '@linli/grpc';
import { invalidArgument } from '@linli/errors';
import type { Deps } from '../deps';
import { limitUnits } from '../items/rules';
import { pauseCauses, type Case, type PauseCause } from './case';
import { deliveryWire, pauseCauseWire, resultWire } from './case-events';
import type { CaseRef } from './change';
import { createCase, submitCase, updateDraft } from './create-case';
import { decideCase } from './decision';
import { deliverCase, receivePaper, returnPaper } from './delivery';
import { recordCallback, rateCase, reopenCase, withdrawCase } from './follow-up';
import { addTask, completeTask, extendCase, pauseCase, requestDecision, resumeCase, startProcessing } from './handling';
import { acceptCase, declineCase, requestMaterial, supplyMaterial } from './intake';
import { caseQueries } from './queries';
import { reassignCase } from './owners';
import { assertVisible } from './rules';
import { getCase } from './store';
import { readFreeText } from './text';
import { caseToWire, channelWire } from './wire';

const code = { max: 64, pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/ };
const long = { max: 2000 };
const optionalLong = { max: 2000, optional: true };
const mostMaterials = 50;
const limitUnitWire = wireEnum('LIMIT_UNIT', requests.LimitUnit, limitUnits);

type Context = { readonly caller: Caller };

/** One method an RPC: the wire on both sides, the use case between. Permissions: the server; everything else: the use case. */
export function caseService(deps: Deps): requests.CaseServiceImplementation<Context> {
  const lightsOf = createLights(deps.calendar);
  function answer(found: Case, { caller }: Context): { case: requests.Case } {
    const now = deps.now();
    return { case: caseToWire(found, { caller, now, lights: lightsOf(caller.tenantId, now) }) };
  }

  return {
    async createCase(request, context) {
      const { caller } = context;
      const input = {
        itemCode: requireText(request.itemCode, 'item_code', code),
        residentId: readUuid(request.residentId, 'resident_id'),
        mandateId: optionalUuid(request.mandateId, 'mandate_id'),
        channel: channelWire.fromWire(request.channel, 'channel'),
        unitId: optionalUuid(request.unitId, 'unit_id'),
        subject: readFreeText(request.subject, 'subject', optionalLong),
        submit: request.submit,
        entrustedMaterialCodes: readCodes(request.entrustedMaterialCodes, 'entrusted_material_codes'),
      };
      return answer(await createCase(deps, caller, { input, key: requestKey(caller, requests.CreateCaseRequest, request) }), context);
    },
    async updateDraft(request, context) {
      const input = {
        ...readRef(request),
        subject: request.subject === undefined ? undefined : readFreeText(request.subject, 'subject', optionalLong),
        mandateId: request.mandateId === '' || request.mandateId === undefined ? request.mandateId : readUuid(request.mandateId, 'mandate_id'),
        channel: request.channel === undefined ? undefined : channelWire.fromWire(request.channel, 'channel'),
      };
      return answer(await updateDraft(deps, context.caller, input), context);
    },
    async submitCase(request, context) {
      return answer(await submitCase(deps, context.caller, readRef(request)), context);
    },
    async requestMaterial(request, context) {
      const input = {
        ...readRef(request),
        materialCodes: readCodes(request.materialCodes, 'material_codes'),
        explanation: readFreeText(request.explanation, 'explanation', optionalLong),
        supervisorReason: readFreeText(request.supervisorReason, 'supervisor_reason', optionalLong),
      };
      return answer(await requestMaterial(deps, context.caller, input), context);
    },
    async supplyMaterial(request, context) {
      const input = { ...readRef(request), materialCodes: readCodes(request.materialCodes, 'material_codes') };
      return answer(await supplyMaterial(deps, context.caller, input), context);
    },
    async acceptCase(request, context) {
      const input = {
        ...readRef(request),
        agentId: optionalUuid(request.agentId, 'agent_id'),
        handlerUnitId: optionalUuid(request.handlerUnitId, 'handler_unit_id'),
      };
      return answer(await acceptCase(deps, context.caller, input), context);
    },
    async declineCase(request, context) {
      const input = {
        ...readRef(request),
        reasonCode: requireText(request.reasonCode, 'reason_code', code),
        explanation: readFreeText(request.explanation, 'explanation', long),
        redirect: readFreeText(request.redirect, 'redirect', { max: 500 }),
      };
      return answer(await declineCase(deps, context.caller, input), context);
    },
    async startProcessing(request, context) {
      return answer(await startProcessing(deps, context.caller, readRef(request)), context);
    },
    async pauseCase(request, context) {
      return answer(await pauseCase(deps, context.caller, { ...readRef(request), cause: readPauseCause(request.cause) }), context);
    },
    async resumeCase(request, context) {
      return answer(await resumeCase(deps, context.caller, readRef(request)), context);
    },
    async extendCase(request, context) {
      if (request.by === undefined) throw violation('by', 'required');
      const by = { amount: request.by.amount, unit: limitUnitWire.fromWire(request.by.unit, 'by.unit') };
      const reason = readFreeText(request.reason, 'reason', long);
      return answer(await extendCase(deps, context.caller, { ...readRef(request), by, reason }), context);
    },
    async addTask(request, context) {
      const input = {
        ...readRef(request),
        unitId: readUuid(request.unitId, 'unit_id'),
        lead: request.lead,
        titleZh: readFreeText(request.titleZh, 'title_zh', { max: 200 }),
      };
      return answer(await addTask(deps, context.caller, input), context);
    },
    async completeTask(request, context) {
      return answer(await completeTask(deps, context.caller, { ...readRef(request), taskId: readUuid(request.taskId, 'task_id') }), context);
    },
    async requestDecision(request, context) {
      return answer(await requestDecision(deps, context.caller, readRef(request)), context);
    },
    async decideCase(request, context) {
      const input = {
        ...readRef(request),
        result: resultWire.fromWire(request.result, 'result'),
        explanation: readFreeText(request.explanation, 'explanation', optionalLong),
      };
      return answer(await decideCase(deps, context.caller, input), context);
    },
    async deliverCase(request, context) {
      const input = { ...readRef(request), method: deliveryWire.fromWire(request.method, 'method'), signedReceipt: request.signedReceipt };
      return answer(await deliverCase(deps, context.caller, input), context);
    },
    async receivePaper(request, context) {
      const input = { ...readRef(request), materialCode: requireText(request.materialCode, 'material_code', code) };
      return answer(await receivePaper(deps, context.caller, input), context);
    },
    async returnPaper(request, context) {
      return answer(await returnPaper(deps, context.caller, { ...readRef(request), paperId: readUuid(request.paperId, 'paper_id') }), context);
    },
    async recordCallback(request, context) {
      const { reached, rating, solved } = request;
      const comment = readFreeText(request.comment, 'comment', optionalLong);
      return answer(await recordCallback(deps, context.caller, { ...readRef(request), reached, rating, solved, comment }), context);
    },
    async rateCase(request, context) {
      const { rating, solved } = request;
      const comment = readFreeText(request.comment, 'comment', optionalLong);
      return answer(await rateCase(deps, context.caller, { ...readRef(request), rating, solved, comment }), context);
    },
    async reopenCase(request, context) {
      const reason = readFreeText(request.reason, 'reason', long);
      return answer(await reopenCase(deps, context.caller, { ...readRef(request), reason }), context);
    },
    async withdrawCase(request, context) {
      return answer(await withdrawCase(deps, context.caller, readRef(request)), context);
    },
    async reassignCase(request, context) {
      const input = {
        ...readRef(request),
        agentId: readUuid(request.agentId, 'agent_id'),
        reasonCode: requireText(request.reasonCode, 'reason_code', { max: 64, pattern: /^[a-z][a-z0-9_]*$/ }),
      };
      return answer(await reassignCase(deps, context.caller, input), context);
    },
    async getCase({ caseId }, context) {
      const { caller } = context;
      const id = readUuid(caseId, 'case_id');
      const found = await deps.db.withTenant(caller, async (tx) => {
        const read = await getCase(tx, id);
        assertVisible(read, caller);
        // The case holds what the resident wrote; who reads it is on record, but for the resident themselves.
        if (caller.kind !== 'resident') await recordAudit(tx, caller, { action: 'case.read', objectType: 'case', objectId: id });
        return read;
      });
      return answer(found, context);
    },
    ...caseQueries(deps),
  };
}

function readRef(request: { readonly caseId: string; readonly version: number }): CaseRef {
  return { caseId: readUuid(request.caseId, 'case_id'), version: request.version };
}

function optionalUuid(text: string, field: string): string | undefined {
  return text === '' ? undefined : readUuid(text, field);
}

function readCodes(codes: readonly string[], field: string): string[] {
  if (codes.length > mostMaterials) throw violation(field, 'too_many');
  return codes.map((text, index) => requireText(text, `${field}[${index}]`, code));
}

function readPauseCause(cause: requests.PauseCause): PauseCause {
  try {
    return pauseCauseWire.fromWire(cause, 'cause');
  } catch (error) {
    throw invalidArgument('PAUSE_CAUSE_UNLISTED', 'a case is paused for a listed cause only', {
      details: { allowed: pauseCauses.join(',') },
      violations: [{ field: 'cause', code: 'unlisted' }],
      cause: error,
    });
  }
}
