import type { Caller } from '@linli/auth';
import { newId } from '@linli/db';
import { failedPrecondition, invalidArgument, permissionDenied } from '@linli/errors';
import type { Item } from '../items/rules';
import { isOnCase, type Case, type HeldPaper } from './case';

/**
 * Papers that the agent takes into custody, each by a material of the item.
 * @throws AppError failed_precondition PAPERS_NEED_MANDATE; permission_denied PAPERS_TO_AGENT_ONLY; invalid_argument MATERIAL_UNKNOWN.
 */
export function entrust(
  found: Case,
  handed: { readonly caller: Caller; readonly item: Pick<Item, 'materials'>; readonly materialCodes: readonly string[]; readonly at: Date },
): HeldPaper[] {
  if (handed.materialCodes.length === 0) return [];
  if (found.mandateId === undefined) throw failedPrecondition('PAPERS_NEED_MANDATE', 'papers are entrusted under a mandate only');
  if (!isOnCase(found, handed.caller.subject)) throw permissionDenied('PAPERS_TO_AGENT_ONLY', 'papers are entrusted to the agent or their partner');
  return assertMaterials(handed.item, handed.materialCodes).map((materialCode) => ({
    id: newId(),
    materialCode,
    heldBy: handed.caller.subject,
    receivedAt: handed.at,
    returnedAt: undefined,
    returnedBy: undefined,
  }));
}

/** The codes, each once. @throws AppError invalid_argument MATERIAL_UNKNOWN when the item does not ask for one of them. */
export function assertMaterials(item: Pick<Item, 'materials'>, codes: readonly string[]): string[] {
  const unknown = codes.find((code) => !item.materials.some((material) => material.code === code));
  if (unknown !== undefined) {
    throw invalidArgument('MATERIAL_UNKNOWN', 'the item has no such material', {
      details: { material: unknown },
      violations: [{ field: 'material_codes', code: 'unknown' }],
    });
  }
  return [...new Set(codes)];
}
