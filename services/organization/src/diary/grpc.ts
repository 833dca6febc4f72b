import { coversUnit, unitScopes } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { diaryEntryNotFound } from './rules';
import { findEntry, listEntries } from './store';
import { actionOnWire, entryToWire, needOnWire } from './wire';
import { permissions, writeEntry } from './write-entry';

export function diaryService(deps: Deps): organization.DiaryServiceImplementation<RpcContext> {
  return {
    async writeDiaryEntry(request, { caller }) {
      const entry = await writeEntry(deps, caller, {
        request: requestKey(caller, organization.WriteDiaryEntryRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        visitedOn: readDay(request.visitedOn, 'visited_on', today(deps)),
        needs: readNeeds(request.needs),
        action: actionOnWire.fromWire(request.action, 'action'),
        textZh: requireText(request.textZh, 'text_zh', { max: 200, optional: true }),
        followUpAsked: request.followUpAsked,
        followUpPersonId: readIdOrNone(request.followUpPersonId, 'follow_up_person_id'),
        linkedNeedId: readIdOrNone(request.linkedNeedId, 'linked_need_id'),
        linkedCaseId: readIdOrNone(request.linkedCaseId, 'linked_case_id'),
      });
      return { entry: entryToWire(entry) };
    },
    async getDiaryEntry(request, { caller }) {
      const id = readUuid(request.entryId, 'entry_id');
      const entry = await deps.db.withTenant(caller, (tx) => findEntry(tx, id));
      if (entry === undefined || !coversUnit(caller, permissions.read, entry.unitPath)) throw diaryEntryNotFound();
      return { entry: entryToWire(entry) };
    },
    async listDiaryEntries(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const unitId = readIdOrNone(request.unitId, 'unit_id');
      const authorId = readIdOrNone(request.authorId, 'author_id');
      if ((unitId === undefined) === (authorId === undefined)) throw violation('unit_id', 'one_of_two');
      const context = { list: 'diary', tenant: caller.tenantId, caller: caller.subject, unitId, authorId };
      const beforeId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const found = await deps.db.withTenant(caller, (tx) => listEntries(tx, { scopes: unitScopes(caller, permissions.read), unitId, authorId, beforeId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { entries: shown.map(entryToWire), nextPageToken };
    },
  };
}

function readNeeds(needs: readonly organization.DiaryNeed[]) {
  if (needs.length > 10) throw violation('needs', 'too_many');
  return [...new Set(needs.map((need, index) => needOnWire.fromWire(need, `needs[${index}]`)))];
}

function readIdOrNone(text: string, field: string): string | undefined {
  return text === '' ? undefined : readUuid(text, field);
}
