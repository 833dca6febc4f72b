import { createHash, randomBytes } from 'node:crypto';
import type { Database, SystemDatabase, Tx } from '@linli/db';
import type { Identity } from '../identity/identity';

/** A browser's sign-in. The cookie holds `<tenant>.<id>`; we keep only the id's hash. */
export interface Session {
  /** SHA-256 of the id, hex. */
  readonly idHash: string;
  readonly identity: Identity;
  readonly seenAt: Date;
  readonly expiresAt: Date;
}

export interface SessionLimits {
  readonly idleMs: number;
  readonly absoluteMs: number;
}

interface Row {
  readonly tenant_id: string;
  readonly id_hash: string;
  readonly kind: Identity['kind'];
  readonly identity_issuer: string;
  readonly identity_subject: string;
  readonly seen_at: Date;
  readonly expires_at: Date;
}

const columns = ['tenant_id', 'id_hash', 'kind', 'identity_issuer', 'identity_subject', 'seen_at', 'expires_at'] as const;
const cookieForm = /^([a-z][a-z0-9-]{1,30})\.([A-Za-z0-9_-]{43})$/;
const touchEveryMs = 60_000;

/** Starts a session and gives the cookie's value, which exists nowhere else. */
export async function openSession(db: Database, identity: Identity, times: { now: Date; absoluteMs: number }): Promise<string> {
  const id = randomBytes(32).toString('base64url');
  const { now, absoluteMs } = times;
  await db.withTenant(identity, (tx) =>
    sessions(tx).insert({
      tenant_id: identity.tenantId,
      id_hash: hashOf(id),
      kind: identity.kind,
      identity_issuer: identity.issuer,
      identity_subject: identity.subject,
      seen_at: now,
      expires_at: new Date(now.getTime() + absoluteMs),
      created_at: now,
    }),
  );
  return `${identity.tenantId}.${id}`;
}

/** The session of a cookie's value while it lasts. `touch` counts the look as use of the session. */
export async function findSession(
  db: Database,
  cookie: string,
  { now, limits, touch }: { now: Date; limits: SessionLimits; touch: boolean },
): Promise<Session | undefined> {
  const [, tenantId, id] = cookieForm.exec(cookie) ?? [];
  if (tenantId === undefined || id === undefined) return undefined;
  const key = { tenant_id: tenantId, id_hash: hashOf(id) };
  return db.withTenant({ tenantId }, async (tx) => {
    const row = await sessions(tx)
      .where(key)
      .where('expires_at', '>', now)
      .where('seen_at', '>', new Date(now.getTime() - limits.idleMs))
      .first<Row | undefined>(...columns);
    if (row === undefined) return undefined;
    // Not with every request: a session's last minute need not be exact, and a read should stay a read.
    if (touch && now.getTime() - row.seen_at.getTime() > touchEveryMs) await sessions(tx).where(key).update({ seen_at: now });
    return toSession(row);
  });
}

export async function endSession(db: Database, { identity, idHash }: Pick<Session, 'identity' | 'idHash'>): Promise<void> {
  const { tenantId } = identity;
  await db.withTenant(identity, (tx) => sessions(tx).where({ tenant_id: tenantId, id_hash: idHash }).delete());
}

/** Removes sessions that have ended, of all tenants. Gives how many. */
export async function removeEndedSessions(system: SystemDatabase, { now, idleMs }: { now: Date; idleMs: number }): Promise<number> {
  return system
    .knex('sessions')
    .where('expires_at', '<=', now)
    .orWhere('seen_at', '<=', new Date(now.getTime() - idleMs))
    .delete();
}

function sessions(tx: Tx) {
  return tx<Row & { created_at: Date }>('sessions');
}

function toSession(row: Row): Session {
  const identity = { tenantId: row.tenant_id, kind: row.kind, issuer: row.identity_issuer, subject: row.identity_subject };
  return { idHash: row.id_hash, identity, seenAt: row.seen_at, expiresAt: row.expires_at };
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
