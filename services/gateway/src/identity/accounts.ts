import { systemCaller, type Grant } from '@linli/auth';
import { organization, type residents } from '@linli/contracts';
import { isAppError, permissionDenied, unauthenticated } from '@linli/errors';
import type { Deps } from '../deps';
import { isSuspended } from '../tenants/standings';
import { words } from '../wire/words';
import type { Identity } from './identity';
import { residentGrants } from './resident-grants';

/** An identity as the office knows it: the person or machine behind it and what they may do. */
export interface Account {
  readonly subject: string;
  /** For the account's own eyes; a resident's is masked. */
  readonly displayName: string;
  readonly roles: readonly string[];
  readonly grants: readonly Grant[];
}

export interface Accounts {
  /** @throws unauthenticated ACCOUNT_NOT_ACTIVE for an identity that the office does not know, or not any more; permission_denied TENANT_SUSPENDED. */
  find(identity: Identity): Promise<Account>;
  /** Forgets what is known of a member of staff or a client, because it changed; without one, of the whole office. */
  forget(tenantId: string, subject: string | undefined): void;
}

interface Kept {
  readonly tenantId: string;
  readonly account: Account;
  readonly until: number;
}

const keptMs = 5_000;
const mostKept = 10_000;
const scopes = words('GRANT_SCOPE', organization.GrantScope, ['self', 'unit', 'subtree', 'tenant']);

/** Asks the owning service, once for all who wait for the same answer, and remembers it for at most five seconds. */
export function createAccounts({ clients, now }: Pick<Deps, 'clients' | 'now'>): Accounts {
  const kept = new Map<string, Kept>();
  const asking = new Map<string, Promise<Account>>();
  let changes = 0;

  async function ask(key: string, identity: Identity): Promise<Account> {
    const seen = changes;
    const account = await resolve(clients, identity);
    // An answer from before a change must not outlive it.
    if (seen === changes) {
      kept.set(key, { tenantId: identity.tenantId, account, until: now().getTime() + keptMs });
      for (const oldest of kept.keys()) {
        if (kept.size <= mostKept) break;
        kept.delete(oldest);
      }
    }
    return account;
  }

  return {
    async find(identity) {
      const key = JSON.stringify([identity.tenantId, identity.kind, identity.issuer, identity.subject]);
      const known = kept.get(key);
      kept.delete(key);
      if (known !== undefined && known.until > now().getTime()) {
        kept.set(key, known);
        return known.account;
      }
      const running = asking.get(key) ?? ask(key, identity).finally(() => asking.delete(key));
      asking.set(key, running);
      return running;
    },
    forget(tenantId, subject) {
      changes += 1;
      asking.clear();
      for (const [key, entry] of kept) if (entry.tenantId === tenantId && (subject === undefined || entry.account.subject === subject)) kept.delete(key);
    },
  };
}

async function resolve(clients: Deps['clients'], identity: Identity): Promise<Account> {
  try {
    return identity.kind === 'resident' ? await resolveResident(clients, identity) : await resolveCaller(clients, identity, identity.kind);
  } catch (error) {
    if (isAppError(error) && error.reason === 'TENANT_SUSPENDED') throw permissionDenied('TENANT_SUSPENDED', 'the office is suspended');
    if (!isAppError(error) || !['not_found', 'permission_denied', 'failed_precondition', 'unauthenticated'].includes(error.kind)) throw error;
    throw unauthenticated('ACCOUNT_NOT_ACTIVE', 'the office knows no active account of this identity', { cause: error });
  }
}

async function resolveResident(clients: Deps['clients'], { tenantId, issuer, subject }: Identity): Promise<Account> {
  const caller = systemCaller(tenantId, 'gateway', ['residents.person.resolve']);
  const [found, suspended]: [residents.ResolveResidentResponse, boolean] = await Promise.all([
    clients.persons.resolveResident({ identityIssuer: issuer, identitySubject: subject }, { caller }),
    isSuspended(clients, tenantId),
  ]);
  if (suspended) throw permissionDenied('TENANT_SUSPENDED', 'the office is suspended');
  return { subject: found.personId, displayName: found.maskedName, roles: [], grants: residentGrants };
}

async function resolveCaller(clients: Deps['clients'], identity: Identity, kind: 'staff' | 'client'): Promise<Account> {
  const caller = systemCaller(identity.tenantId, 'gateway', ['organization.caller.resolve']);
  const principal = kind === 'staff' ? organization.PrincipalKind.PRINCIPAL_KIND_STAFF : organization.PrincipalKind.PRINCIPAL_KIND_CLIENT;
  const { subject, displayName, roles, grants } = await clients.callers.resolveCaller(
    { kind: principal, identityIssuer: identity.issuer, identitySubject: identity.subject },
    { caller },
  );
  // A scope that this gateway does not know yet gives nothing.
  const known = grants.flatMap(({ permissions, scope: wire, unitPath }): Grant[] => {
    const scope = scopes.fromWire(wire);
    return scope === undefined ? [] : [{ permissions, scope, unitPath }];
  });
  return { subject, displayName, roles, grants: known };
}
