import fc from 'fast-check';
import { decodeRecord, encodeHeaders, recordKey, type Envelope, type KafkaRecord, type RecordHeader } from './envelope';
import { laneCount, laneOf } from './lane';

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const uuid = fc.tuple(hex(8), hex(4), hex(4), hex(4), hex(12)).map((parts) => parts.join('-'));

const envelopes: fc.Arbitrary<Envelope> = fc.record({
  id: uuid,
  source: fc.stringMatching(/^linli\/[a-z]{1,20}$/),
  type: fc.stringMatching(/^linli\.[a-z]{1,12}\.v1\.[A-Z][A-Za-z]{1,20}$/),
  tenantId: fc.stringMatching(/^[a-z][a-z0-9-]{1,30}$/),
  aggregateId: fc.stringMatching(/^[\x21-\x7e]{1,200}$/),
  version: fc.integer({ min: 1, max: 999_999_999_999_999 }),
  time: fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
  traceparent: fc.option(fc.tuple(hex(32), hex(16)).map(([trace, span]) => `00-${trace}-${span}-01`), { nil: undefined }),
});

function recordOf(envelope: Envelope, value: unknown): KafkaRecord {
  const headers = Object.entries(encodeHeaders(envelope)).map(([name, text]): RecordHeader => [name, Buffer.from(text)]);
  const key = Buffer.from(recordKey(envelope.tenantId, envelope.aggregateId));
  return { topic: 't', partition: 0, offset: '0', key, value: Buffer.from(JSON.stringify(value)), headers };
}

const sample: Envelope = {
  id: '01900000-0000-7000-8000-000000000001',
  source: 'linli/requests',
  type: 'linli.requests.v1.CaseAccepted',
  tenantId: 'xingsheng',
  aggregateId: '01900000-0000-7000-8000-000000000002',
  version: 3,
  time: new Date('2026-11-24T08:00:00.123Z'),
};

describe('envelope', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(envelopes, fc.dictionary(fc.string(), fc.jsonValue()), (envelope, data) => {
        const written = JSON.parse(JSON.stringify(data)) as object;
        expect(decodeRecord(recordOf(envelope, data))).toEqual({
          event: { traceparent: undefined, ...envelope, key: recordKey(envelope.tenantId, envelope.aggregateId), data: written },
        });
      }),
    );
  });

  it('never throws and never makes an event of arbitrary bytes', () => {
    const names = fc.oneof(fc.string(), fc.constantFrom(...Object.keys(encodeHeaders(sample)), 'traceparent', '__proto__', 'constructor'));
    const bytes = fc.option(fc.uint8Array({ maxLength: 64 }).map((array) => Buffer.from(array)));
    fc.assert(
      fc.property(fc.array(fc.tuple(names, bytes)), bytes, bytes, (headers, key, value) => {
        expect(decodeRecord({ topic: 't', partition: 0, offset: '0', key, value, headers })).toHaveProperty('fault');
      }),
    );
  });

  it.each([
    ['ce_specversion', '0.3', 'SPECVERSION_INVALID'],
    ['ce_id', 'not-a-uuid', 'ID_INVALID'],
    ['ce_source', '', 'SOURCE_INVALID'],
    ['ce_type', 'constructor', 'TYPE_INVALID'],
    ['ce_tenantid', 'Xing Sheng', 'TENANT_INVALID'],
    ['ce_tenantid', 'anothertenant', 'KEY_MISMATCH'],
    ['ce_subject', 'a\u0000b', 'SUBJECT_INVALID'],
    ['ce_aggregateversion', '0', 'VERSION_INVALID'],
    ['ce_aggregateversion', '1e3', 'VERSION_INVALID'],
    ['ce_time', 'yesterday', 'TIME_INVALID'],
    ['ce_time', '2026-13-45T00:00:00Z', 'TIME_INVALID'],
    ['content-type', 'application/cloudevents+json', 'CONTENT_TYPE_INVALID'],
  ])('refuses %s = %j as %s', (name, text, fault) => {
    const record = recordOf(sample, {});
    const headers = record.headers.map((header): RecordHeader => (header[0] === name ? [name, Buffer.from(text)] : header));
    expect(decodeRecord({ ...record, headers })).toEqual({ fault });
    expect(decodeRecord({ ...record, headers: record.headers.filter((header) => header[0] !== name) })).toHaveProperty('fault');
    const twice = record.headers.find((header) => header[0] === name);
    expect(decodeRecord({ ...record, headers: [...record.headers, ...(twice ? [twice] : [])] })).toHaveProperty('fault');
  });

  it.each([
    ['no value', null],
    ['text that is not JSON', Buffer.from('{"a":')],
    ['an array', Buffer.from('[]')],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('refuses %s', (_name, value) => {
    expect(decodeRecord({ ...recordOf(sample, {}), value })).toEqual({ fault: 'VALUE_NOT_JSON' });
  });

  it('drops only the trace of a record whose traceparent is no text', () => {
    const record = recordOf(sample, {});
    const decoded = decodeRecord({ ...record, headers: [...record.headers, ['traceparent', Buffer.from([0xff])]] });
    expect(decoded).toHaveProperty('event.traceparent', undefined);
  });

  it('lets no extension replace an attribute', () => {
    expect(encodeHeaders(sample, { ce_id: 'mine', ce_correlationid: 'c' })).toMatchObject({ ce_id: sample.id, ce_correlationid: 'c' });
  });
});

describe('lane', () => {
  it('is the same for one key, within range, and spreads keys evenly', () => {
    const counts = new Array<number>(laneCount).fill(0);
    for (let index = 0; index < 16_000; index += 1) {
      const lane = laneOf(`xingsheng:${index}`);
      expect(laneOf(`xingsheng:${index}`)).toBe(lane);
      counts[lane] = (counts[lane] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });

  it('never changes, for rows of an older release still wait by it', () => {
    expect(['xingsheng:a', 'xingsheng:b', 'yunhe:a'].map(laneOf)).toEqual([6, 15, 6]);
  });
});
