import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json';
import type { AuditDetails } from './details';

/** A row of `audit_entries`. */
export interface EntryRow {
  tenant_id: string;
  id: string;
  at: Date;
  actor: string;
  actor_kind: string;
  session_id: string | null;
  action: string;
  object_type: string;
  object_id: string;
  purpose: string | null;
  outcome: string;
  details: AuditDetails;
  trace_id: string | null;
}

export interface SealedRow extends EntryRow {
  seq: number;
  prev_hash: Buffer;
  hash: Buffer;
  algorithm: string;
}

/** What the first entry of a chain follows. */
export const chainStart = Buffer.alloc(32);
/** Written beside each hash, so that another one (SM3, where a review of commercial cryptography asks for it) can follow. */
export const currentAlgorithm = 'sha256';
export const knownAlgorithms: readonly string[] = [currentAlgorithm, 'sm3'];

/** hash = H(previous hash, canonical JSON of the entry with its place in the chain). */
export function entryHash(entry: EntryRow, seal: { readonly seq: number; readonly prevHash: Buffer; readonly algorithm: string }): Buffer {
  const record = canonicalJson({
    tenantId: entry.tenant_id,
    id: entry.id,
    seq: seal.seq,
    at: entry.at.toISOString(),
    actor: entry.actor,
    actorKind: entry.actor_kind,
    sessionId: entry.session_id,
    action: entry.action,
    objectType: entry.object_type,
    objectId: entry.object_id,
    purpose: entry.purpose,
    outcome: entry.outcome,
    details: { ...entry.details },
    traceId: entry.trace_id,
  });
  return createHash(seal.algorithm).update(seal.prevHash).update(record, 'utf8').digest();
}
