import type { Change, Committed, Delivery, Effect, Entry, Ok } from './history';

export interface Verdict {
  /** One word, as Jepsen and Elle name it where they do. */
  readonly name: string;
  readonly promise: string;
  /** What breaks the promise, one line each. */
  readonly found: readonly string[];
}

/** Judges a whole history. Pure: the same entries give the same verdicts. */
export function judge(entries: readonly Entry[]): Verdict[] {
  const known = sortOut(entries);
  return [
    { name: 'lost write', promise: 'what was acknowledged is in the database', found: findLostWrites(known) },
    { name: 'double write', promise: 'a create that is repeated with its key is done once', found: findDoubleWrites(known) },
    { name: 'stale read', promise: 'a read after an acknowledged write sees it', found: findStaleReads(known) },
    { name: 'lost event', promise: 'every committed change reaches the subscriber and has its effect', found: findLostEvents(known) },
    { name: 'phantom', promise: 'no event tells of a change that was not committed', found: findPhantoms(known) },
    { name: 'duplicate effect', promise: 'an event that comes again has no second effect', found: findDuplicateEffects(known) },
    { name: 'reorder', promise: 'events of one case come in the order of its versions', found: findReorders(known) },
    { name: 'gap', promise: 'no version comes before the one that precedes it', found: findGaps(known) },
    { name: 'wrong tenant', promise: "one office's rows and events never reach another", found: findWrongTenants(known) },
    { name: 'garbage', promise: 'a record that is no event is kept aside and has no effect', found: findGarbage(known) },
    { name: 'failure of ours', promise: 'no answer is a 500', found: findFailures(known) },
    { name: 'mismatch', promise: 'projections equal their source and the audit chains are whole', found: known.mismatches },
  ];
}

interface Known {
  readonly entries: readonly Entry[];
  readonly committed: ReadonlyMap<string, Committed>;
  readonly deliveries: readonly Delivery[];
  readonly effects: readonly Effect[];
  readonly injected: ReadonlySet<string>;
  readonly garbage: ReadonlySet<string>;
  readonly mismatches: readonly string[];
}

function sortOut(entries: readonly Entry[]): Known {
  const committed = entries.filter((entry) => entry.kind === 'committed');
  const injected = entries.filter((entry) => entry.kind === 'injected');
  const garbage = new Set(injected.filter(({ what }) => what === 'garbage').map(({ eventId }) => eventId));
  const deliveries = entries.filter((entry) => entry.kind === 'delivery').filter(({ eventId }) => !garbage.has(eventId));
  return {
    entries,
    committed: new Map(committed.map((one) => [one.caseId, one])),
    // A subscriber that joined again may be handed one record twice; the record is what counts.
    deliveries: [...new Map(deliveries.map((one) => [`${one.partition}/${one.offset}`, one])).values()].sort((a, b) => a.partition - b.partition || a.offset - b.offset),
    effects: entries.filter((entry) => entry.kind === 'effect').sort((a, b) => a.sequence - b.sequence),
    injected: new Set(injected.map(({ eventId }) => eventId)),
    garbage,
    mismatches: entries.filter((entry) => entry.kind === 'mismatch').map(({ what }) => what),
  };
}

interface Answered {
  readonly ok: Ok;
  readonly action: string;
  readonly tenant: string;
  readonly key: string | undefined;
  readonly askedAt: number;
}

function answered(entries: readonly Entry[]): Answered[] {
  const asked = new Map(entries.filter((entry) => entry.kind === 'invoke').map((invoke) => [invoke.op, invoke]));
  return entries
    .filter((entry) => entry.kind === 'ok')
    .flatMap((ok) => {
      const invoke = asked.get(ok.op);
      return invoke === undefined ? [] : [{ ok, action: invoke.action, tenant: invoke.tenant, key: invoke.key, askedAt: invoke.at }];
    });
}

function findLostWrites({ entries, committed }: Known): string[] {
  return answered(entries)
    .filter(({ ok }) => (committed.get(ok.caseId)?.version ?? 0) < ok.version)
    .map(({ ok, action }) => `${action} was acknowledged as ${name(ok)}, the database has version ${committed.get(ok.caseId)?.version ?? 'none'}`);
}

function findDoubleWrites({ entries, committed }: Known): string[] {
  const byMark = new Map<string, string[]>();
  for (const { mark, caseId } of committed.values()) byMark.set(mark, [...(byMark.get(mark) ?? []), caseId]);
  const twice = [...byMark].filter(([, ids]) => ids.length > 1).map(([mark, ids]) => `${mark} is there ${ids.length} times: ${ids.join(', ')}`);
  const byKey = new Map<string, Set<string>>();
  for (const { ok, key } of answered(entries)) if (key !== undefined) byKey.set(key, (byKey.get(key) ?? new Set()).add(ok.caseId));
  return [...twice, ...[...byKey].filter(([, ids]) => ids.size > 1).map(([key, ids]) => `key ${key} was answered with ${[...ids].join(' and ')}`)];
}

function findStaleReads({ entries }: Known): string[] {
  const all = answered(entries);
  const acknowledged = new Map<string, Ok[]>();
  for (const { ok } of all.filter(({ action }) => action !== 'read')) acknowledged.set(ok.caseId, [...(acknowledged.get(ok.caseId) ?? []), ok]);
  return all
    .filter(({ action }) => action === 'read')
    .flatMap(({ ok, askedAt }) => {
      const newest = Math.max(0, ...(acknowledged.get(ok.caseId) ?? []).filter(({ at }) => at < askedAt).map(({ version }) => version));
      return ok.version < newest ? [`a read asked after version ${newest} was acknowledged saw ${name(ok)}`] : [];
    });
}

function findLostEvents({ committed, deliveries, effects }: Known): string[] {
  const delivered = new Set(deliveries.map(name));
  const applied = new Set(effects.map(name));
  const changes = [...committed.values()].flatMap((one) => Array.from({ length: one.version }, (_, index) => name({ ...one, version: index + 1 })));
  return [
    ...changes.filter((change) => !delivered.has(change)).map((change) => `${change} was never delivered`),
    ...changes.filter((change) => !applied.has(change)).map((change) => `${change} never had its effect`),
  ];
}

function findPhantoms({ committed, deliveries, effects }: Known): string[] {
  const isPhantom = (change: Change): boolean => change.version > (committed.get(change.caseId)?.version ?? 0);
  const identities = new Map<string, Set<string>>();
  for (const one of [...deliveries, ...effects]) identities.set(name(one), (identities.get(name(one)) ?? new Set()).add(one.eventId));
  return [
    ...deliveries.filter(isPhantom).map((one) => `${name(one)} was delivered and never committed`),
    ...effects.filter(isPhantom).map((one) => `${name(one)} had an effect and was never committed`),
    ...[...identities].filter(([, ids]) => ids.size > 1).map(([change, ids]) => `${change} was told by ${ids.size} different events`),
  ];
}

function findDuplicateEffects({ effects }: Known): string[] {
  const times = new Map<string, number>();
  for (const { eventId } of effects) times.set(eventId, (times.get(eventId) ?? 0) + 1);
  return [...times].filter(([, count]) => count > 1).map(([eventId, count]) => `event ${eventId} had its effect ${count} times`);
}

function findReorders(known: Known): string[] {
  return inTurn(known, (first, highest) => (first.version < highest ? `${name(first)} came after version ${highest}` : undefined));
}

function findGaps(known: Known): string[] {
  return inTurn(known, (first, highest) => (first.version > highest + 1 ? `${name(first)} came when only version ${highest} was there` : undefined));
}

/** Walks each case's changes by their first appearance, on the topic and in the consumer's effects. */
function inTurn({ deliveries, effects }: Known, complain: (first: Change, highest: number) => string | undefined): string[] {
  return [deliveries, effects].flatMap((changes: readonly Change[], list) => {
    const seen = new Set<string>();
    const highest = new Map<string, number>();
    return changes.flatMap((change) => {
      if (seen.has(name(change))) return [];
      seen.add(name(change));
      const before = highest.get(change.caseId) ?? 0;
      highest.set(change.caseId, Math.max(before, change.version));
      const complaint = complain(change, before);
      return complaint === undefined ? [] : [`${list === 0 ? 'topic' : 'effects'}: ${complaint}`];
    });
  });
}

function findWrongTenants({ entries, committed, deliveries, effects }: Known): string[] {
  const isForeign = ({ tenant, caseId }: { tenant: string; caseId: string }): boolean => (committed.get(caseId)?.tenant ?? tenant) !== tenant;
  const listed = entries.filter((entry) => entry.kind === 'listed').flatMap(({ tenant, caseIds }) => caseIds.map((caseId) => ({ tenant, caseId })));
  return [
    ...answered(entries).filter(({ ok, tenant }) => isForeign({ tenant, caseId: ok.caseId })).map(({ ok, tenant }) => `${tenant} was answered with ${name(ok)}`),
    ...listed.filter(isForeign).map(({ tenant, caseId }) => `a list of ${tenant} showed ${caseId}`),
    ...deliveries.filter((one) => isForeign(one) || one.key !== `${one.tenant}:${one.caseId}`).map((one) => `${name(one)} was delivered for ${one.tenant} under the key ${one.key}`),
    ...effects.filter(isForeign).map((one) => `${name(one)} had its effect for ${one.tenant}`),
  ];
}

function findGarbage({ entries, effects, garbage }: Known): string[] {
  const dead = new Set(entries.filter((entry) => entry.kind === 'dead').map(({ eventId }) => eventId));
  return [
    ...effects.filter(({ eventId }) => garbage.has(eventId)).map(({ eventId }) => `garbage ${eventId} had an effect`),
    ...[...garbage].filter((eventId) => !dead.has(eventId)).map((eventId) => `garbage ${eventId} was not kept`),
    ...[...dead].filter((eventId) => !garbage.has(eventId)).map((eventId) => `event ${eventId} of ours was buried as dead`),
  ];
}

function findFailures({ entries }: Known): string[] {
  return entries.filter((entry) => entry.kind === 'info').filter(({ status }) => status === 500).map(({ op, code }) => `operation ${op} was answered 500 ${code}`);
}

function name({ caseId, version }: { caseId: string; version: number }): string {
  return `${caseId} v${version}`;
}
