import { Refusal } from './print.ts';

/** One way to break the code that others have shipped, and the tests that must notice. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  /** Text that is in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Paths of tests, as jest takes them. */
  readonly tests: readonly string[];
}

export const mutations: readonly Mutation[] = [
  {
    name: 'the event is committed before its change',
    file: 'packages/messaging/src/enqueue.ts',
    find: '  markOutbox(tx);',
    replace: "  await tx.raw('commit');\n  await tx.raw('begin');\n  await tx.raw(`select set_config('app.tenant_id', ?, true)`, [tenantOf(tx)]);\n  markOutbox(tx);",
    tests: ['packages/messaging/test/relay', 'services/requests/test/filing'],
  },
  {
    name: 'the relay deletes before the broker has acknowledged',
    file: 'packages/messaging/src/relay.ts',
    find: '    if (!(await this.isTaken(owner, mine))) return rows.length;\n    this.acknowledged = { owner, ids: mine.map(({ row }) => row.id) };\n    await this.deleteAcknowledged();',
    replace: '    this.acknowledged = { owner, ids: mine.map(({ row }) => row.id) };\n    await this.deleteAcknowledged();\n    if (!(await this.isTaken(owner, mine))) return rows.length;',
    tests: ['packages/messaging/test/relay'],
  },
  {
    name: 'the relay remembers the last id instead of reading the rows',
    file: 'packages/messaging/src/outbox-store.ts',
    find: '  return rows;\n}\n\n// The share lock',
    replace: "  const seen = rows.filter(({ id }) => id > Number(Reflect.get(knex, 'cursor') ?? 0));\n  Reflect.set(knex, 'cursor', Math.max(0, Number(Reflect.get(knex, 'cursor') ?? 0), ...rows.map(({ id }) => id)));\n  return seen;\n}\n\n// The share lock",
    tests: ['packages/messaging/test/relay'],
  },
  {
    name: 'a relay that woke up late deletes all the same',
    file: 'packages/messaging/src/outbox-store.ts',
    find: "   where owner = ? and (lane, epoch) in (select * from unnest(cast(? as smallint[]), cast(? as bigint[])))",
    replace: "   where (owner = ? or true) and (lane, epoch - epoch) in (select lane, epoch - epoch from unnest(cast(? as smallint[]), cast(? as bigint[])) as claimed(lane, epoch))",
    tests: ['packages/messaging/test/conformance'],
  },
  {
    name: 'the consumer acknowledges before the effect',
    file: 'packages/messaging/src/group-reader.ts',
    find: '      const done = await this.options.onRecords(left, session);\n      const last = left[done - 1];\n      if (last === undefined || generation !== this.generation) break;\n      payload.resolveOffset(last.offset);\n      next = String(BigInt(last.offset) + 1n);\n',
    replace: '      const first = left[0]?.offset ?? last.offset;\n      payload.resolveOffset(first);\n      next = String(BigInt(first) + 1n);\n      const done = await this.options.onRecords(left, session);\n      if (done === 0 || generation !== this.generation) break;\n',
    tests: ['packages/messaging/test/consumer'],
  },
  {
    name: 'duplicates are looked for outside the transaction of the effect',
    file: 'packages/messaging/src/delivery.ts',
    find: "        if (!(await inbox.once(tx, group, event.id))) return 'duplicate';",
    replace: "        if (!(await database.withTenant(event, (other) => inbox.once(other, group, event.id)))) return 'duplicate';",
    tests: ['packages/messaging/test/consumer'],
  },
  {
    name: 'duplicates are not looked for',
    file: 'packages/messaging/src/delivery.ts',
    find: "        if (!(await inbox.once(tx, group, event.id))) return 'duplicate';",
    replace: '        await inbox.once(tx, group, event.id);',
    tests: ['packages/messaging/test/consumer'],
  },
  {
    name: 'events overtake a parked one of their key',
    file: 'packages/messaging/src/delivery.ts',
    find: "        if (await this.isParkedBehind(tx, record, event)) return 'parked';",
    replace: '',
    tests: ['packages/messaging/test/consumer'],
  },
  {
    name: 'duplicates among events applied together are not looked for',
    file: 'packages/messaging/src/apply-together.ts',
    find: 'free.filter(({ event }) => fresh.delete(event.id));',
    replace: 'free.filter(({ event }) => fresh.delete(event.id) || true);',
    tests: ['packages/messaging/test/together'],
  },
  {
    name: 'events applied together overtake a parked one of their key',
    file: 'packages/messaging/src/apply-together.ts',
    find: '    const free = events.filter(({ event }) => !parked.has(event.key));',
    replace: '    parked.clear();\n    const free = events;',
    tests: ['packages/messaging/test/together'],
  },
  {
    name: 'the marks of events applied together are made before their transaction',
    file: 'packages/messaging/src/apply-together.ts',
    find: 'await inbox.onceEach(tx, group, free.map(({ event }) => event.id))',
    replace: 'await database.withTenant(first, (other) => inbox.onceEach(other, group, free.map(({ event }) => event.id)))',
    tests: ['packages/messaging/test/together'],
  },
  {
    name: 'a change does not look at the version that was seen',
    file: 'services/requests/src/cases/change.ts',
    find: '  if (found.version !== ref.version) {',
    replace: '  if (found.version < 0) {',
    tests: ['services/requests/test/intake', 'services/requests/test/handling'],
  },
  {
    name: 'a change does not lock its row',
    file: 'services/requests/src/cases/store.ts',
    find: '.andWhere({ id: caseId }).forUpdate().first()',
    replace: '.andWhere({ id: caseId }).first()',
    tests: ['services/requests/test/intake', 'services/requests/test/handling'],
  },
  {
    name: 'row-level security is off on one table',
    file: 'services/requests/migrations/20261124094000_create_cases.ts',
    find: "    await createTenantTable(knex, 'cases', addColumns, { key: ['id'], grants: ['select', 'insert', 'update'] });",
    replace: "    await createTenantTable(knex, 'cases', addColumns, { key: ['id'], grants: ['select', 'insert', 'update'] });\n    await knex.raw('alter table cases disable row level security');",
    tests: ['services/requests/test/tenant-isolation'],
  },
  {
    name: 'the owner of the tables is outside row-level security',
    file: 'packages/db/src/tables.ts',
    find: "  await knex.raw('alter table ?? force row level security', [table]);\n",
    replace: '',
    tests: ['services/organization/test/schema', 'packages/db'],
  },
  {
    name: 'the tenant is set for the session and stays on the connection',
    file: 'packages/db/src/database.ts',
    find: "select set_config('app.tenant_id', $1, true)",
    replace: "select set_config('app.tenant_id', $1, false)",
    tests: ['packages/db', 'services/organization/test/tenant-isolation'],
  },
  {
    name: 'a call without a permission',
    file: 'packages/grpc/src/server.ts',
    find: '    return requirePermission(await tokens.verify(token, service), declared.permission);',
    replace: '    return await tokens.verify(token, service);',
    tests: ['packages/grpc', 'services/requests/test/authorisation'],
  },
  {
    name: 'a route without a permission',
    file: 'services/gateway/src/routing/serve.ts',
    find: '    if (route.permission !== undefined) requirePermission(admitted.caller, route.permission);\n',
    replace: '',
    tests: ['services/gateway/test/authorisation'],
  },
  {
    name: "other units' cases are shown",
    file: 'services/requests/src/cases/rules.ts',
    find: '  if (coversUnit(caller, permission, found.unitPath)) parties.push(\'unit\');',
    replace: "  parties.push('unit');",
    tests: ['services/requests/test/authorisation', 'e2e/test/authorisation-rpc'],
  },
  {
    name: 'any type of token is taken for an access token',
    file: 'packages/auth/src/access-tokens.ts',
    find: "          typ: 'at+jwt',\n",
    replace: '',
    tests: ['packages/auth'],
  },
  {
    name: 'a token for another API is taken',
    file: 'packages/auth/src/access-tokens.ts',
    find: '          audience: options.audience,\n',
    replace: '',
    tests: ['packages/auth'],
  },
  {
    name: 'an internal token is taken by every service',
    file: 'packages/auth/src/internal-tokens.ts',
    find: '        audience: expected.audience,\n',
    replace: '',
    tests: ['packages/auth', 'packages/grpc'],
  },
  {
    name: 'a create that is repeated is done again',
    file: 'packages/db/src/answer-once.ts',
    find: "  if (request.id === '') return work();",
    replace: "  if (request.id !== '\\0') return work();",
    tests: ['packages/db', 'services/requests/test/filing'],
  },
  {
    name: 'a ciphertext opens in another place',
    file: 'services/residents/src/vault/cipher.ts',
    find: '  return Buffer.from([tenantId, table, column, rowId, version].join(\'|\'));',
    replace: "  return Buffer.from([tenantId, table, version, column.slice(0, 0), rowId.slice(0, 0)].join('|'));",
    tests: ['services/residents/test/vault'],
  },
  {
    name: 'a change without its audit record',
    file: 'services/requests/src/cases/change.ts',
    find: '  const records = changes.map(',
    replace: "  const records = changes.filter(({ action }) => action !== 'accept').map(",
    tests: ['services/requests/test'],
  },
  {
    name: 'what is over its time goes a day early',
    file: 'services/organization/src/retention/sweep.ts',
    find: '  const beforeDay = addDays(localDateOf(at), -limit.amount);',
    replace: '  const beforeDay = addDays(localDateOf(at), 1 - limit.amount);',
    tests: ['services/organization/test/retention'],
  },
  {
    name: 'of what is over its time only the first office is swept',
    file: 'services/organization/src/retention/sweep.ts',
    find: "    const tenants = await system.knex('tenants').select<{ tenant_id: string }[]>('tenant_id').orderBy('tenant_id');",
    replace: "    const tenants = (await system.knex('tenants').select<{ tenant_id: string }[]>('tenant_id').orderBy('tenant_id')).slice(0, 1);",
    tests: ['services/organization/test/retention'],
  },
  {
    name: 'an alarm that failed leaves its effect behind',
    file: 'packages/clocks/src/raise-alarms.ts',
    find: '    await store.undoAlarm(tx);',
    replace: '    await store.keepAlarm(tx);',
    tests: ['packages/clocks/test/scanner', 'services/requests/test/alarms'],
  },
];

/** The code with one thing broken. @throws Refusal when what is to be broken is not there exactly once. */
export function applyMutation(source: string, { name, find, replace }: Mutation): string {
  const places = source.split(find).length - 1;
  if (places !== 1) throw new Refusal(`${name}: what it breaks is there ${places} times, not once; bring infra/local/mutations.ts up to date`);
  return source.replace(find, () => replace);
}
