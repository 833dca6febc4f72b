import { requests } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { caseResults, caseStates, deliveryMethods, pauseCauses, type Case } from './case';

/** The case's events by their short names; what each carries beside the facts. */
interface CaseEvents {
  CaseDrafted: requests.CaseDrafted;
  CaseDraftUpdated: requests.CaseDraftUpdated;
  CaseSubmitted: requests.CaseSubmitted;
  CaseMaterialRequested: requests.CaseMaterialRequested;
  CaseMaterialSupplied: requests.CaseMaterialSupplied;
  CaseAccepted: requests.CaseAccepted;
  CaseDeclined: requests.CaseDeclined;
  CaseProcessingStarted: requests.CaseProcessingStarted;
  CasePaused: requests.CasePaused;
  CaseResumed: requests.CaseResumed;
  CaseExtended: requests.CaseExtended;
  CaseDueChanged: requests.CaseDueChanged;
  CaseTaskAdded: requests.CaseTaskAdded;
  CaseTaskCompleted: requests.CaseTaskCompleted;
  CaseDecisionRequested: requests.CaseDecisionRequested;
  CaseDecided: requests.CaseDecided;
  CaseDelivered: requests.CaseDelivered;
  CasePaperReceived: requests.CasePaperReceived;
  CasePaperReturned: requests.CasePaperReturned;
  CaseCalledBack: requests.CaseCalledBack;
  CaseRated: requests.CaseRated;
  CaseClosed: requests.CaseClosed;
  CaseReopened: requests.CaseReopened;
  CaseWithdrawn: requests.CaseWithdrawn;
  CaseReassigned: requests.CaseReassigned;
  CaseHalfUsed: requests.CaseHalfUsed;
  CaseDueSoon: requests.CaseDueSoon;
  CaseOverdue: requests.CaseOverdue;
  CaseBreached: requests.CaseBreached;
}
export type CaseEventName = keyof CaseEvents;
export type EventDetail<Name extends CaseEventName> = Omit<CaseEvents[Name], 'case'>;

export const stateWire = wireEnum('CASE_STATE', requests.CaseState, caseStates);
export const pauseCauseWire = wireEnum('PAUSE_CAUSE', requests.PauseCause, pauseCauses);
export const resultWire = wireEnum('CASE_RESULT', requests.CaseResult, caseResults);
export const deliveryWire = wireEnum('DELIVERY_METHOD', requests.DeliveryMethod, deliveryMethods);

/** What every event of a case carries: ids and codes, as they are after the change. */
export function factsOf(after: Case): requests.CaseFacts {
  return {
    caseId: after.id,
    number: after.number ?? '',
    itemCode: after.itemCode,
    state: stateWire.toWire(after.state),
    unitId: after.unitId,
    unitPath: after.unitPath,
    residentId: after.residentId,
    ownerId: after.ownerId ?? '',
    handlerUnitId: after.handlerUnitId ?? '',
    proxied: after.mandateId !== undefined,
  };
}

/** `CaseMaterialRequested` → `material_requested`: the word of the timeline. */
export function entryCode(event: CaseEventName): string {
  return event.slice('Case'.length).replace(/(?!^)[A-Z]/g, '_$&').toLowerCase();
}
