import { recordAudit } from '@linli/audit';
import type { Caller } from '@linli/auth';
import type { thread } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { compactLimit, readUuid } from '@linli/grpc';
import type { Deps } from '../deps';
import { partiesOf } from '../cases/rules';
import { getCase } from '../cases/store';
import { findCaseIdsOfThread, listEntries, type ThreadEntry } from './store';

/** Facts about the office's people and reasons; a resident does not see them. */
const staffFacts = new Set(['agent_id', 'owner_id', 'held_by', 'returned_by', 'reassign_reason']);

/** The timeline of the cases of a thread that the caller may see; nothing of the others, nor whether there are any. */
export function threadService(deps: Pick<Deps, 'db' | 'tokens'>): thread.ThreadServiceImplementation<{ caller: Caller }> {
  return {
    async listEntries(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const threadId = readUuid(request.threadId, 'thread_id');
      const context = { list: 'thread', tenant: caller.tenantId, subject: caller.subject, threadId };
      const [at, caseId, version] = deps.tokens.read(request.pageToken, context) ?? [];
      const after = at == null ? undefined : { at: new Date(at), caseId: String(caseId), version: Number(version) };
      const found = await deps.db.withTenant(caller, async (tx) => {
        const caseIds = await visibleCases(tx, caller, threadId);
        if (caseIds.length === 0) return [];
        if (caller.kind !== 'resident') await recordAudit(tx, caller, { action: 'thread.read', objectType: 'thread', objectId: threadId });
        return listEntries(tx, { threadId, caseIds, after, limit: limit + 1 });
      });
      const { shown, nextPageToken } = deps.tokens.cut(found, { limit, context, at: (last) => [last.at.getTime(), last.caseId, last.version] });
      return {
        entries: shown.map((entry) => entryToWire(entry, caller)),
        nextPageToken,
      };
    },
  };
}

async function visibleCases(tx: Tx, caller: Caller, threadId: string): Promise<string[]> {
  const visible: string[] = [];
  for (const caseId of await findCaseIdsOfThread(tx, threadId)) {
    const found = await getCase(tx, caseId);
    const may = [...partiesOf(found, caller, 'requests.case.read'), ...partiesOf(found, caller, 'thread.read')].length > 0;
    if (may) visible.push(caseId);
  }
  return visible;
}

function entryToWire(entry: ThreadEntry, caller: Caller): thread.Entry {
  const { threadId, caseId, version, at, actorKind, code } = entry;
  const staff = caller.kind === 'staff';
  const hidden = actorKind === 'staff' && !staff;
  const note = staff ? [entry.note, entry.internalNote].filter((text) => text !== '').join('\n') : entry.note;
  return {
    id: `${caseId}/${version}`,
    threadId,
    subjectKind: 'requests.case',
    subjectId: caseId,
    subjectVersion: version,
    at,
    actorKind: actorKind === 'client' ? 'system' : actorKind,
    actorId: hidden ? '' : entry.actorId,
    code,
    facts: staff ? { ...entry.facts } : Object.fromEntries(Object.entries(entry.facts).filter(([key]) => !staffFacts.has(key))),
    note: caller.kind === 'client' ? '' : note,
  };
}
