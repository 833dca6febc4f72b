import { unitScopes } from '@linli/auth';
import type { thread } from '@linli/contracts';
import { compactLimit, readUuid, type RpcContext } from '@linli/grpc';
import type { Deps } from '../deps';
import { listEntries, type ThreadEntry } from './store';

/** The entries of a thread at units where the caller may read threads; nothing of the others, nor whether there are any. */
export function threadService(deps: Pick<Deps, 'db' | 'pages'>): thread.ThreadServiceImplementation<RpcContext> {
  return {
    async listEntries(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const threadId = readUuid(request.threadId, 'thread_id');
      const context = { list: 'thread', tenant: caller.tenantId, caller: caller.subject, threadId };
      const [at, subjectId, version] = deps.pages.read(request.pageToken, context) ?? [];
      const after = at == null ? undefined : { at: new Date(at), subjectId: String(subjectId), version: Number(version) };
      // What residents may know of the office's matters is published; its threads are the office's own.
      if (caller.kind === 'resident') return { entries: [], nextPageToken: '' };
      const scopes = unitScopes(caller, 'thread.read');
      const found = await deps.db.withTenant(caller, (tx) => listEntries(tx, { threadId, scopes, after, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.at.getTime(), last.subjectId, last.version] });
      return {
        entries: shown.map((entry) => entryToWire(entry, caller.kind === 'staff')),
        nextPageToken,
      };
    },
  };
}

function entryToWire(entry: ThreadEntry, withNote: boolean): thread.Entry {
  const { threadId, subjectKind, subjectId, version, at, actorKind, actorId, code, facts, note } = entry;
  return {
    id: `${subjectId}/${version}`,
    threadId,
    subjectKind,
    subjectId,
    subjectVersion: version,
    at,
    actorKind: actorKind === 'client' ? 'system' : actorKind,
    actorId,
    code,
    facts: { ...facts },
    note: withNote ? note : '',
  };
}
