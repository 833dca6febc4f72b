import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from './canonical-json';

/** A sealed row of `audit_entries`, every value in the one text that is hashed and exported. */
export interface SealedEntry {
  readonly tenantId: string;
  readonly id: string;
  /** UTC, ISO 8601, with all the digits that are stored. */
  readonly at: string;
  readonly actor: string;
  readonly actorKind: string;
  readonly sessionId: string | null;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly purpose: string | null;
  readonly outcome: string;
  readonly details: Json;
  readonly traceId: string | null;
  readonly seq: number;
  /** Hexadecimal, as `hash`. */
  readonly prevHash: string;
  readonly hash: string;
  readonly algorithm: string;
}

/** What was written, without the seal. */
export type Entry = Omit<SealedEntry, 'seq' | 'prevHash' | 'hash' | 'algorithm'>;

interface Place {
  readonly seq: number;
  readonly prevHash: string;
  readonly algorithm: string;
}

/** What the first entry of a chain follows. */
export const chainStart = '00'.repeat(32);
/** Written beside each hash, so that another one (SM3, where a review of commercial cryptography asks for it) can follow. */
export const currentAlgorithm = 'sha256';
const knownAlgorithms: readonly string[] = [currentAlgorithm, 'sm3'];

/** hash = H(previous hash, canonical JSON of the entry with its place in the chain), hexadecimal. */
export function entryHash(entry: Entry, { seq, prevHash, algorithm }: Place): string {
  const { tenantId, id, at, actor, actorKind, sessionId, action, objectType, objectId, purpose, outcome, details, traceId } = entry;
  const record = canonicalJson({ tenantId, id, seq, at, actor, actorKind, sessionId, action, objectType, objectId, purpose, outcome, details, traceId });
  return createHash(algorithm).update(Buffer.from(prevHash, 'hex')).update(record, 'utf8').digest('hex');
}

/** Whether the entry is what was sealed at `seq`. */
export function fitsAt(entry: SealedEntry, seq: number): boolean {
  const { prevHash, algorithm, hash } = entry;
  return knownAlgorithms.includes(algorithm) && typeof prevHash === 'string' && entryHash(entry, { seq, prevHash, algorithm }) === hash;
}

/**
 * Columns of `audit_entries` as an `Entry`. Nothing that is stored may be lost on the way to the hash: a time keeps its
 * microseconds, and a number of `details` that JavaScript would write otherwise stays text beside its type.
 */
export const entryColumns = `
  tenant_id as "tenantId", id::text, actor, actor_kind as "actorKind", session_id as "sessionId", action, object_type as "objectType",
  object_id as "objectId", purpose, outcome, trace_id as "traceId",
  regexp_replace(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '000Z$', 'Z') as at,
  case jsonb_typeof(details) when 'object'
    then (select coalesce(jsonb_object_agg(key, jsonb_build_array(jsonb_typeof(value), value #>> '{}')), '{}') from jsonb_each(details))
    else jsonb_build_object('', jsonb_build_array('whole', details::text)) end as details`;

export const sealColumns = `seq, encode(prev_hash, 'hex') as "prevHash", encode(hash, 'hex') as hash, algorithm`;

type StoredDetails = Readonly<Record<string, readonly [type: string, text: string | null]>>;

/** An entry as `entryColumns` reads it. */
export type StoredEntry<E extends Entry> = Omit<E, 'details'> & { readonly details: StoredDetails };

export function entryOf<E extends Entry>(row: StoredEntry<E>): Omit<E, 'details'> & { details: Json } {
  return { ...row, details: Object.fromEntries(Object.entries(row.details).map(([key, value]) => [key, plain(value)])) };
}

function plain([type, text]: readonly [type: string, text: string | null]): Json {
  if (type === 'string') return text;
  if (type === 'boolean') return text === 'true';
  return type === 'number' && String(Number(text)) === text ? Number(text) : [type, text];
}
