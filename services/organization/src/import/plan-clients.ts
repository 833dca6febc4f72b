import type { ApiClient } from '../grants/grant';
import { identityKey } from './plan-staff';
import type { ClientLine, Problem, Sheet } from './sheet';
import type { KnownClient } from './store';

export interface ClientPlan {
  readonly created: ApiClient[];
  readonly rows: readonly { readonly line: ClientLine; readonly id: string; readonly isNew: boolean }[];
}

/** Clients are known by the identity they sign in with. */
export function planClients(
  sheet: Sheet,
  { existing, newId }: { existing: ReadonlyMap<string, KnownClient>; newId: () => string },
  problems: Problem[],
): ClientPlan {
  const created = new Map<string, ApiClient>();
  const seen = new Set<string>();
  const rows = sheet.clients.map((line) => {
    const key = identityKey(line.identity);
    const wrong = (field: string, code: string): void => void problems.push({ sheet: 'clients', row: line.row, field, code });
    if (seen.has(key)) wrong('identity_subject', 'duplicate');
    seen.add(key);
    const known = existing.get(key);
    if (known !== undefined) {
      if (known.nameZh !== line.nameZh) wrong('name_zh', 'differs');
      if (!known.active) wrong('identity_subject', 'inactive');
      return { line, id: known.id, isNew: false };
    }
    const client = { id: newId(), nameZh: line.nameZh, identity: line.identity, active: true, version: 1 };
    created.set(key, client);
    return { line, id: client.id, isNew: true };
  });
  return { created: [...created.values()], rows };
}
