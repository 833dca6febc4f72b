import { judge } from './check';
import type { Entry } from './history';

const [ours, theirs] = ['xingsheng', 'baihe'];

/** Two cases that went well: A in two versions, B of the other office in one. */
function goodHistory(): Entry[] {
  return [
    { kind: 'invoke', at: 10, op: 1, tenant: ours, action: 'submit', key: 'k1' },
    { kind: 'ok', at: 20, op: 1, caseId: 'A', version: 1 },
    { kind: 'invoke', at: 30, op: 2, tenant: ours, action: 'accept', caseId: 'A' },
    { kind: 'ok', at: 40, op: 2, caseId: 'A', version: 2 },
    { kind: 'invoke', at: 50, op: 3, tenant: ours, action: 'read', caseId: 'A' },
    { kind: 'ok', at: 60, op: 3, caseId: 'A', version: 2 },
    { kind: 'invoke', at: 70, op: 4, tenant: theirs, action: 'submit', key: 'k2' },
    { kind: 'info', at: 75, op: 4, status: 503, code: 'SERVICE_UNAVAILABLE' },
    { kind: 'invoke', at: 80, op: 5, tenant: theirs, action: 'submit', key: 'k2' },
    { kind: 'ok', at: 90, op: 5, caseId: 'B', version: 1 },
    { kind: 'listed', at: 95, tenant: ours, caseIds: ['A'] },
    delivery('A', 1, { offset: 0 }),
    delivery('A', 2, { offset: 1 }),
    delivery('B', 1, { offset: 2, tenant: theirs }),
    effect('A', 1, { sequence: 1 }),
    effect('A', 2, { sequence: 2 }),
    effect('B', 1, { sequence: 3, tenant: theirs }),
    { kind: 'committed', tenant: ours, caseId: 'A', version: 2, mark: 'first' },
    { kind: 'committed', tenant: theirs, caseId: 'B', version: 1, mark: 'second' },
  ];
}

function delivery(caseId: string, version: number, rest: { offset: number; tenant?: string; eventId?: string; key?: string }): Entry {
  const { offset, tenant = ours, eventId = `${caseId}-${version}`, key = `${tenant}:${caseId}` } = rest;
  return { kind: 'delivery', at: 100, tenant, caseId, version, eventId, key, type: 't', partition: 0, offset };
}

function effect(caseId: string, version: number, rest: { sequence: number; tenant?: string; eventId?: string }): Entry {
  const { sequence, tenant = ours, eventId = `${caseId}-${version}` } = rest;
  return { kind: 'effect', at: 100, tenant, caseId, version, eventId, sequence };
}

function broken(entries: readonly Entry[]): Record<string, readonly string[]> {
  return Object.fromEntries(judge(entries).filter(({ found }) => found.length > 0).map(({ name, found }) => [name, found]));
}

const isCommitted = (entry: Entry, caseId: string): boolean => entry.kind === 'committed' && entry.caseId === caseId;

describe('a good history', () => {
  it('breaks no promise', () => {
    expect(broken(goodHistory())).toEqual({});
  });

  it('may hand the subscriber a record again, and have events sent again', () => {
    const again = [...goodHistory(), delivery('A', 1, { offset: 0 }), delivery('A', 1, { offset: 3 }), { kind: 'injected', at: 1, what: 'duplicate', eventId: 'A-1' } as const];
    expect(broken(again)).toEqual({});
  });

  it('may have garbage on the topic that is kept aside', () => {
    const garbage: Entry[] = [{ kind: 'injected', at: 1, what: 'garbage', eventId: 'g' }, delivery('A', 9, { offset: 9, eventId: 'g' }), { kind: 'dead', eventId: 'g' }];
    expect(broken([...goodHistory(), ...garbage])).toEqual({});
  });
});

/** Each bad history, and what must be found in it. */
const badHistories: readonly (readonly [what: string, make: (good: Entry[]) => Entry[], found: Record<string, string | string[]>])[] = [
  ['an acknowledged case that is not in the database', (good) => good.filter((entry) => !isCommitted(entry, 'B')), { 'lost write': 'submit was acknowledged as B v1, the database has version none', phantom: ['B v1 was delivered and never committed', 'B v1 had an effect and was never committed'] }],
  ['an acknowledged version that the database does not have', (good) => [...good, { kind: 'invoke', at: 97, op: 9, tenant: ours, action: 'pause', caseId: 'A' }, { kind: 'ok', at: 98, op: 9, caseId: 'A', version: 3 }], { 'lost write': 'pause was acknowledged as A v3, the database has version 2' }],
  ['one create done twice', (good) => [...good, { kind: 'committed', tenant: theirs, caseId: 'C', version: 0, mark: 'second' }], { 'double write': 'second is there 2 times: B, C' }],
  ['one key answered with two cases', (good) => good.map((entry) => (entry.kind === 'info' ? ({ kind: 'ok', at: 75, op: 4, caseId: 'A', version: 1 } as const) : entry)), { 'double write': 'key k2 was answered with A and B', 'wrong tenant': 'baihe was answered with A v1' }],
  ['a read that does not see what was acknowledged', (good) => good.map((entry) => (entry.kind === 'ok' && entry.op === 3 ? { ...entry, version: 1 } : entry)), { 'stale read': 'a read asked after version 2 was acknowledged saw A v1' }],
  ['a change that the subscriber never hears of', (good) => good.filter((entry) => !(entry.kind === 'delivery' && entry.version === 2)), { 'lost event': 'A v2 was never delivered' }],
  ['a change without its effect', (good) => good.filter((entry) => !(entry.kind === 'effect' && entry.caseId === 'B')), { 'lost event': 'B v1 never had its effect' }],
  ['an event of a change that was rolled back', (good) => [...good, delivery('A', 3, { offset: 5 })], { phantom: 'A v3 was delivered and never committed' }],
  ['two events for one version', (good) => [...good, delivery('A', 2, { offset: 5, eventId: 'other' })], { phantom: 'A v2 was told by 2 different events' }],
  ['an effect of a change that was rolled back', (good) => [...good, effect('A', 3, { sequence: 4 })], { phantom: 'A v3 had an effect and was never committed' }],
  ['an event with two effects', (good) => [...good, effect('A', 2, { sequence: 4 })], { 'duplicate effect': 'event A-2 had its effect 2 times' }],
  ['events in the wrong order', (good) => good.map((entry) => (entry.kind === 'delivery' && entry.caseId === 'A' ? { ...entry, offset: 1 - entry.offset } : entry)), { reorder: 'topic: A v1 came after version 2', gap: 'topic: A v2 came when only version 0 was there' }],
  ['effects in the wrong order', (good) => good.map((entry) => (entry.kind === 'effect' && entry.caseId === 'A' ? { ...entry, sequence: 3 - entry.sequence } : entry)), { reorder: 'effects: A v1 came after version 2', gap: 'effects: A v2 came when only version 0 was there' }],
  ["another office's case in a list", (good) => [...good, { kind: 'listed', at: 96, tenant: theirs, caseIds: ['A'] }], { 'wrong tenant': 'a list of baihe showed A' }],
  ['an event under the wrong key', (good) => [...good, delivery('A', 2, { offset: 6, key: 'baihe:A' })], { 'wrong tenant': 'A v2 was delivered for xingsheng under the key baihe:A' }],
  ["an event of another office's case", (good) => [...good, delivery('B', 1, { offset: 7, tenant: ours })], { 'wrong tenant': 'B v1 was delivered for xingsheng under the key xingsheng:B' }],
  ["an effect in another office", (good) => good.map((entry) => (entry.kind === 'effect' && entry.caseId === 'B' ? { ...entry, tenant: ours } : entry)), { 'wrong tenant': 'B v1 had its effect for xingsheng' }],
  ['garbage that vanished', (good) => [...good, { kind: 'injected', at: 1, what: 'garbage', eventId: 'g' }], { garbage: 'garbage g was not kept' }],
  ['garbage that had an effect', (good) => [...good, { kind: 'injected', at: 1, what: 'garbage', eventId: 'A-1' }, { kind: 'dead', eventId: 'A-1' }, delivery('A', 1, { offset: 0, eventId: 'real' })], { garbage: 'garbage A-1 had an effect', phantom: 'A v1 was told by 2 different events' }],
  ['a good event that was given up', (good) => [...good, { kind: 'dead', eventId: 'A-1' }], { garbage: 'event A-1 of ours was buried as dead' }],
  ['an answer that is a 500', (good) => good.map((entry) => (entry.kind === 'info' ? { ...entry, status: 500, code: 'INTERNAL' } : entry)), { 'failure of ours': 'operation 4 was answered 500 INTERNAL' }],
  ['a projection that differs', (good) => [...good, { kind: 'mismatch', what: 'staff x' }], { mismatch: 'staff x' }],
];

describe('a bad history', () => {
  it.each(badHistories)('shows %s, and nothing else', (_what, make, found) => {
    expect(broken(make(goodHistory()))).toEqual(Object.fromEntries(Object.entries(found).map(([name, line]) => [name, [line].flat()])));
  });

  it('is there for every promise', () => {
    const shown = new Set(badHistories.flatMap(([, , found]) => Object.keys(found)));
    expect(judge([]).map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });
});
