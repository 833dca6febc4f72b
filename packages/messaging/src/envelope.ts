import { isUuid } from '@linli/db';

/** A Kafka record as it lay on the topic: nothing decoded, nothing lost. */
export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

export type RecordHeader = readonly [name: string, value: Buffer | null];

/** The attributes of an event (CloudEvents 1.0 and our extensions). */
export interface Envelope {
  /** UUIDv7. */
  readonly id: string;
  /** `linli/<service>`. */
  readonly source: string;
  /** Full proto name. */
  readonly type: string;
  readonly tenantId: string;
  readonly aggregateId: string;
  /** 1 for the first change of the aggregate, then one more each time. */
  readonly version: number;
  readonly time: Date;
  readonly traceparent?: string | undefined;
}

export interface ReceivedEvent extends Envelope {
  readonly key: string;
  /** The parsed proto3 JSON. */
  readonly data: object;
}

/** Why a record cannot be an event of ours. */
export type EnvelopeFault =
  | 'SPECVERSION_INVALID'
  | 'ID_INVALID'
  | 'SOURCE_INVALID'
  | 'TYPE_INVALID'
  | 'TENANT_INVALID'
  | 'SUBJECT_INVALID'
  | 'VERSION_INVALID'
  | 'TIME_INVALID'
  | 'CONTENT_TYPE_INVALID'
  | 'KEY_MISMATCH'
  | 'VALUE_NOT_JSON';

export type Decoded = { readonly event: ReceivedEvent } | { readonly fault: EnvelopeFault };

const tenantPattern = /^[a-z][a-z0-9-]{1,30}$/;
const subjectPattern = /^[\x21-\x7e]{1,200}$/;
const typePattern = /^[A-Za-z]\w*(\.\w+)+$/;
const versionPattern = /^[1-9]\d{0,14}$/;
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** The record key, which decides the partition and so the order: one key per aggregate. */
export function recordKey(tenantId: string, aggregateId: string): string {
  return `${tenantId}:${aggregateId}`;
}

export function isAggregateId(text: string): boolean {
  return subjectPattern.test(text);
}

/** CloudEvents, Kafka binding, binary mode. Extensions are further `ce_…` headers; they never replace one of ours. */
export function encodeHeaders(envelope: Envelope, extensions: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    ...extensions,
    ce_specversion: '1.0',
    ce_id: envelope.id,
    ce_source: envelope.source,
    ce_type: envelope.type,
    ce_time: envelope.time.toISOString(),
    ce_subject: envelope.aggregateId,
    ce_tenantid: envelope.tenantId,
    ce_aggregateversion: String(envelope.version),
    'content-type': 'application/json',
    ...(envelope.traceparent === undefined ? {} : { traceparent: envelope.traceparent }),
  };
}

/** Reads a record strictly; never throws, whatever the bytes. A traceparent that is no good is only dropped. */
export function decodeRecord(record: KafkaRecord): Decoded {
  const text = (name: string): string => headerText(record.headers, name) ?? '';
  const time = new Date(timePattern.test(text('ce_time')) ? text('ce_time') : Number.NaN);
  const envelope = {
    id: text('ce_id'),
    source: text('ce_source'),
    type: text('ce_type'),
    tenantId: text('ce_tenantid'),
    aggregateId: text('ce_subject'),
    version: Number(text('ce_aggregateversion')),
    time,
    traceparent: headerText(record.headers, 'traceparent'),
  };
  const key = recordKey(envelope.tenantId, envelope.aggregateId);
  const faults: readonly (readonly [isFault: boolean, fault: EnvelopeFault])[] = [
    [text('ce_specversion') !== '1.0', 'SPECVERSION_INVALID'],
    [!isUuid(envelope.id), 'ID_INVALID'],
    [!subjectPattern.test(envelope.source), 'SOURCE_INVALID'],
    [!typePattern.test(envelope.type) || envelope.type.length > 200, 'TYPE_INVALID'],
    [!tenantPattern.test(envelope.tenantId), 'TENANT_INVALID'],
    [!isAggregateId(envelope.aggregateId), 'SUBJECT_INVALID'],
    [!versionPattern.test(text('ce_aggregateversion')), 'VERSION_INVALID'],
    [Number.isNaN(time.getTime()), 'TIME_INVALID'],
    [!/^application\/json($|;)/.test(text('content-type')), 'CONTENT_TYPE_INVALID'],
    [record.key === null || decodeUtf8(record.key) !== key, 'KEY_MISMATCH'],
  ];
  const fault = faults.find(([isFault]) => isFault)?.[1];
  if (fault !== undefined) return { fault };
  const data = parseObject(record.value);
  return data === undefined ? { fault: 'VALUE_NOT_JSON' } : { event: { ...envelope, key, data } };
}

/** A header that is there once, as UTF-8 text. */
function headerText(headers: readonly RecordHeader[], name: string): string | undefined {
  const values = headers.filter(([header]) => header === name);
  const value = values.length === 1 ? values[0]?.[1] : undefined;
  return value === undefined || value === null ? undefined : decodeUtf8(value);
}

function parseObject(value: Buffer | null): object | undefined {
  const text = value === null ? undefined : decodeUtf8(value);
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
