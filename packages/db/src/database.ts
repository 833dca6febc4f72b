import type { Socket } from 'node:net';
import { SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { Secret } from '@linli/config';
import { internal, isAppError } from '@linli/errors';
import type { Logger } from '@linli/telemetry';
import knexFactory, { type Knex } from 'knex';
import { types as pgTypes } from 'pg';
import { translateDatabaseError, type ConstraintReasons } from './database-error';
import { bindTenant, wroteOutbox, type TenantScope, type Tx } from './tx';
import { createWire, type Connection } from './wire';

export interface DatabaseOptions {
  readonly url: Secret | string;
  /** Shown in `pg_stat_activity` and on spans. */
  readonly name: string;
  readonly log: Logger;
  readonly poolSize?: number;
  /** A connection that says nothing for this long is given up, with what waits on it; longer than any statement may take. */
  readonly silenceMs?: number;
}

export interface Database {
  /**
   * Runs `work` in one transaction that sees only the tenant's rows (row-level security).
   * @throws what `work` throws of its own, as it is; AppError for what the database refuses (constraints give the reason) or when it is away.
   */
  withTenant<T>(scope: TenantScope, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** @throws AppError unavailable when the server does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The relay role's connection: it sees work of all tenants (outbox, due clocks, unsealed audit rows), never their business data. */
export interface SystemDatabase {
  readonly knex: Knex;
  ping(): Promise<void>;
  close(): Promise<void>;
}

const tenantPattern = /^[a-z][a-z0-9-]{1,30}$/;

/** Opens the app role's pool. `onCommit` is called after each commit that wrote to the outbox. */
export function openDatabase(
  options: DatabaseOptions & { readonly constraints?: ConstraintReasons; readonly onCommit?: () => void },
): Database {
  const knex = openPool(options);
  const constraints = options.constraints ?? {};
  // What the driver threw: nothing else tells a refused statement from a mistake in the code around it.
  const faults = new WeakSet<object>();
  knex.on('query-error', (fault: object) => void faults.add(fault));

  async function withTenant<T>(scope: TenantScope, work: (tx: Tx) => Promise<T>): Promise<T> {
    const { tenantId } = scope;
    if (!tenantPattern.test(tenantId)) throw internal('TENANT_MALFORMED', 'a transaction needs a well-formed tenant id');
    let committed: Tx | undefined;
    const own: { error?: unknown } = {};
    const keep = (error: unknown): never => {
      own.error = error;
      throw error;
    };
    const result = await knex
      .transaction(async (trx) => {
        const tx = bindTenant(trx, tenantId);
        const bound = sendTenant(await connectionOf(trx), tenantId);
        committed = tx;
        const [outcome] = await Promise.all([work(tx).catch(keep), bound]);
        return outcome;
      })
      .catch((error: unknown) => {
        const isOwn = error === own.error && !faults.has(Object(error) as object);
        throw isOwn || isAppError(error) ? error : translateDatabaseError(error, constraints);
      });
    if (committed !== undefined && wroteOutbox(committed)) options.onCommit?.();
    return result;
  }

  return { withTenant, ping: () => ping(knex), close: () => knex.destroy() };
}

export function openSystemDatabase(options: DatabaseOptions): SystemDatabase {
  const knex = openPool({ poolSize: 3, ...options });
  return { knex, ping: () => ping(knex), close: () => knex.destroy() };
}

/**
 * Sent and not waited for: the connection answers in order, so nothing of `work`, which is sent behind it, runs
 * before the tenant is set.
 */
function sendTenant(connection: Connection, tenantId: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.query({ text: `select set_config('app.tenant_id', $1, true)`, values: [tenantId] }, (error) => (error === null ? resolve() : reject(error)));
  });
}

// knex has no type for its client.
function connectionOf(trx: Knex.Transaction): Promise<Connection> {
  return (trx.client as { acquireConnection(): Promise<Connection> }).acquireConnection();
}

function openPool({ url, name, log, poolSize = 10, silenceMs = 20_000 }: DatabaseOptions): Knex {
  const wire = createWire();
  const connection = {
    connectionString: url instanceof Secret ? url.reveal() : url,
    application_name: name,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    types: { getTypeParser: parserFor },
    // Statements sent together travel together: see `withTenant`, and whoever awaits several at once.
    pipeline: true,
  };
  const knex = knexFactory({
    client: 'pg',
    connection,
    pool: {
      min: 0,
      max: poolSize,
      idleTimeoutMillis: 30_000,
      afterCreate: (client: Connection, done: (error: undefined, client: object) => void) => {
        giveUpWhenSilent(client.connection.stream, silenceMs);
        wire(client);
        done(undefined, client);
      },
    },
    acquireConnectionTimeout: 5_000,
    // Else an error's message is the statement with its values.
    compileSqlOnError: false,
    // Knex's own messages can quote statements with their values; ours name the event only.
    log: {
      warn: () => log.warn('knex warned'),
      error: () => log.warn('knex reported an error'),
      deprecate: () => log.warn('knex reported a deprecation'),
      debug: () => undefined,
    },
  });
  traceStatements(knex, name);
  return knex;
}

/** A server whose machine is gone never says so: without this, a statement under way would wait until TCP gives up, a quarter of an hour. */
function giveUpWhenSilent(stream: Socket, ms: number): void {
  stream.setTimeout(ms, () => stream.destroy(Object.assign(new Error('the server fell silent'), { code: 'ETIMEDOUT' })));
}

/** `date` stays the text `YYYY-MM-DD` (a JavaScript Date would shift it by zone); counts and ids that fit become numbers. */
function parserFor(oid: number, format?: string): (raw: string) => unknown {
  if (oid === 1082) return (raw) => raw;
  if (oid === 20) return (raw) => (Number.isSafeInteger(Number(raw)) ? Number(raw) : raw);
  // pg types its parsers as any.
  return (format === 'binary' ? pgTypes.getTypeParser(oid, 'binary') : pgTypes.getTypeParser(oid, 'text')) as (raw: string) => unknown;
}

/** One span a statement, only inside a trace, with the statement's text (placeholders, never values). */
function traceStatements(knex: Knex, name: string): void {
  const tracer = trace.getTracer('@linli/db');
  const spans = new Map<string, Span>();
  knex.on('query', (query: { __knexQueryUid: string; sql: string }) => {
    // A span that nobody records would be made for its cost only.
    if (trace.getActiveSpan()?.isRecording() !== true) return;
    const statement = query.sql.slice(0, 500);
    const operation = /^\s*(\w+)/.exec(statement)?.[1]?.toLowerCase() ?? 'sql';
    const attributes = { 'db.system.name': 'postgresql', 'db.namespace': name, 'db.query.text': statement };
    spans.set(query.__knexQueryUid, tracer.startSpan(`sql ${operation}`, { kind: SpanKind.CLIENT, attributes }));
  });
  function end(uid: string, failed: boolean): void {
    const span = spans.get(uid);
    if (span === undefined) return;
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    spans.delete(uid);
  }
  knex.on('query-response', (_response: unknown, query: { __knexQueryUid: string }) => end(query.__knexQueryUid, false));
  knex.on('query-error', (_error: unknown, query: { __knexQueryUid: string }) => end(query.__knexQueryUid, true));
}

async function ping(knex: Knex): Promise<void> {
  try {
    await knex.raw('select 1');
  } catch (error) {
    throw translateDatabaseError(error, {});
  }
}
