import { createExpiringCache, unitScopes, type Caller } from '@linli/auth';

/** Id → name. What the caller may not read is not in it. */
export type Found = ReadonlyMap<string, string>;

/** For whom names are asked, and by which permission: whoever sees the same part of the office sees the same names. */
export interface Asking {
  readonly caller: Caller;
  readonly permission: string;
}

/** Names that were read a moment ago, so that the steps of one case do not ask for the same few names again and again. */
export interface NameMemory {
  /** The names of these ids; `ask` is called for those that are not remembered. */
  find(asking: Asking, ids: readonly string[], ask: (ids: string[]) => Promise<Found>): Promise<Found>;
}

// As long as an account's rights are remembered: a new name shows within this time.
const keptMs = 5_000;
const mostKept = 20_000;
/** Of what the caller may not see, or what is not there. */
const hidden = '';

export function createNameMemory({ now }: { readonly now: () => Date }): NameMemory {
  const kept = createExpiringCache<string>(mostKept);
  return {
    async find(asking, ids, ask) {
      const part = partOf(asking);
      const at = now().getTime();
      const found = new Map<string, string>();
      const unknown: string[] = [];
      for (const id of ids) {
        const name = kept.get(`${part} ${id}`, at);
        if (name === undefined) unknown.push(id);
        else if (name !== hidden) found.set(id, name);
      }
      if (unknown.length === 0) return found;
      const names = await ask(unknown);
      for (const id of unknown) kept.set(`${part} ${id}`, names.get(id) ?? hidden, at + keptMs);
      return new Map([...found, ...names]);
    },
  };
}

/** Scopes that include one's own things hold for nobody else. */
function partOf({ caller, permission }: Asking): string {
  const scopes = unitScopes(caller, permission);
  const own = scopes !== 'tenant' && scopes.self ? caller.subject : '';
  return JSON.stringify([caller.tenantId, permission, scopes, own]);
}
