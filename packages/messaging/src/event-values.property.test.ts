import fc from 'fast-check';
import { EVENT_CATALOGUE, type EventFacts } from '@linli/contracts';
import { toIncoming } from './event-handlers';
import { decodeRecord, encodeHeaders, recordKey, type KafkaRecord } from './envelope';

function recordOf(type: string, value: string): KafkaRecord {
  const tenantId = 'xingsheng';
  const id = '01900000-0000-7000-8000-000000000001';
  const headers = Object.entries(encodeHeaders({ id, source: 'linli/requests', type, tenantId, aggregateId: 'a', version: 1, time: new Date(0) })).map(([name, text]) => [name, Buffer.from(text)] as const);
  return { topic: 't', partition: 0, offset: '0', key: Buffer.from(recordKey(tenantId, 'a')), value: Buffer.from(value), headers };
}

/** The payload as a consumer gets it; undefined for a record that is set aside as no event of ours. */
function payloadOf(type: string, value: string): unknown {
  const decoded = decodeRecord(recordOf(type, value));
  if ('fault' in decoded) return undefined;
  try {
    return toIncoming(decoded.event, EVENT_CATALOGUE).payload;
  } catch (error) {
    // Set aside like any event whose handler fails; it must be an error that can be written down.
    expect(error).toBeInstanceOf(Error);
    return undefined;
  }
}

/** proto3 JSON; undefined for what no producer could write: a time that is none, a number that is no integer, which our events have only. */
function write({ toJSON }: EventFacts['codec'], payload: unknown): string | undefined {
  const isWritable = (value: unknown): boolean => {
    if (typeof value === 'number') return Number.isInteger(value) && !Object.is(value, -0);
    if (value instanceof Date) return !Number.isNaN(value.getTime());
    return typeof value !== 'object' || value === null || Object.values(value).every(isWritable);
  };
  return isWritable(payload) ? JSON.stringify(toJSON(payload as never)) : undefined;
}

// Names that messages have, and names that every object has.
const names = ['caseId', 'unitId', 'path', 'staff', 'unit', 'state', 'at', 'version', 'residentId', 'expiresAt', 'kind', 'posts', 'grant', 'dueAt', '__proto__', 'constructor', 'toString', 'toJSON'];

describe.each(Object.entries(EVENT_CATALOGUE))('the value of %s', (type, { codec }) => {
  it('is read into its message or refused, whatever JSON it is', () => {
    const value = fc.oneof(
      fc.json({ maxDepth: 3 }),
      fc.array(fc.tuple(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 2 })), { maxLength: 5 }).map((members) => `{${members.map(([name, member]) => `${JSON.stringify(name)}:${JSON.stringify(member)}`).join(',')}}`),
    );
    fc.assert(
      fc.property(value, (text) => {
        const payload = payloadOf(type, text);
        if (payload === undefined) return;
        expect(Object.getPrototypeOf(payload)).toBe(Object.prototype);
        const written = write(codec, payload);
        if (written !== undefined) expect(payloadOf(type, written)).toEqual(payload);
      }),
      { numRuns: 50 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });

  it('is read back as it was written', () => {
    const empty = codec.fromJSON({});
    const written = JSON.stringify(codec.toJSON(empty as never));
    expect(payloadOf(type, written)).toEqual(empty);
  });
});

it('a value that would reach for the prototype of everything changes nothing', () => {
  for (const type of Object.keys(EVENT_CATALOGUE)) {
    payloadOf(type, '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}');
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  }
});

it.each(['linli.requests.v1.Nothing', 'constructor.name', '__proto__.x'])('a type that is none of ours (%s) has no payload', (type) => {
  expect(payloadOf(type, '{}')).toBeUndefined();
});
