import type { LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { notFound } from '@linli/errors';
import type { ChecklistItem } from './site';

/** What a visit asks on a day, in order. @throws not_found CHECKLIST_NOT_IN_FORCE. */
export async function checklistAt(tx: Tx, day: LocalDate): Promise<ChecklistItem[]> {
  const items = await tx('site_checklist_items')
    .where('effective_from', '<=', day)
    .andWhereRaw('(effective_to is null or effective_to > ?)', [day])
    .orderBy('position')
    .select<ChecklistItem[]>({ version: 'version', code: 'code', concern: 'concern', questionZh: 'question_zh', citation: 'citation' });
  if (items.length === 0) throw notFound('CHECKLIST_NOT_IN_FORCE', 'there is no checklist for that day', { details: { day } });
  return items;
}
