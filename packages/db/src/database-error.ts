import { AppError, aborted, deadlineExceeded, internal, invalidArgument, unavailable } from '@linli/errors';

/** Constraint name → the error it means; declared next to the store that owns the constraint. */
export type ConstraintReasons = Readonly<
  Record<
    string,
    {
      readonly kind: 'already_exists' | 'failed_precondition' | 'invalid_argument' | 'not_found';
      readonly reason: string;
      readonly message: string;
    }
  >
>;

interface PgFault {
  readonly code?: string;
  readonly constraint?: string;
  readonly table?: string;
}

// PostgreSQL's SQLSTATE classes and Node's socket errors that mean: the server is away, full or going down, or gave up on a
// transaction that stood still for too long (25P03).
const away = /^(08|53|57P0|25P03|ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|EHOST|ENET|EAI_AGAIN)/;
const constraintStates = new Set(['23503', '23505', '23514', '23P01']);

/** Turns what `pg` or knex throws into an AppError. Row values, which pg puts into `detail`, are never carried on. */
export function translateDatabaseError(error: unknown, constraints: ConstraintReasons): AppError {
  const fault: PgFault = typeof error === 'object' && error !== null ? error : {};
  const code = fault.code ?? '';
  const known = fault.constraint === undefined ? undefined : constraints[fault.constraint];
  if (known !== undefined && constraintStates.has(code)) {
    return new AppError(known.kind, known.reason, known.message);
  }
  if (code === '40001' || code === '40P01' || isStalePlan(error)) return aborted('CONCURRENT_CHANGE', 'another change came in between');
  if (code === '55P03') return aborted('ROW_BUSY', 'somebody else is changing this now');
  if (code === '57014') return deadlineExceeded('QUERY_CANCELLED', 'the statement took too long');
  if (code === '22P02' || code === '22021' || code === '22P05') {
    return invalidArgument('VALUE_MALFORMED', 'a value cannot be stored');
  }
  if (away.test(code) || isLostConnection(error)) {
    return unavailable('DATABASE_UNAVAILABLE', 'the database does not answer', { cause: Object.assign(summarise(error, fault), { code: code || 'ECONNLOST' }) });
  }
  return internal('DATABASE_FAULT', 'the database refused a statement', { cause: summarise(error, fault) });
}

/** A migration changed a table under a statement that was prepared before it; the next try prepares it anew. */
export function isStalePlan(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === '0A000' && error.message.endsWith('cached plan must not change result type');
}

// pg and knex give these no code. The statement stands before pg's own words, so only the end of the message is theirs.
const lost =
  /(Connection terminated( unexpectedly| due to connection timeout)?|Connection ended unexpectedly|Client was closed and is not queryable|Client has encountered a connection error and is not queryable|Unable to acquire a connection|timeout expired)$/;

function isLostConnection(error: unknown): boolean {
  return error instanceof Error && (error.name === 'KnexTimeoutError' || lost.test(error.message));
}

/** What helps to mend a defect and holds no row values: class, SQLSTATE, constraint, table, stack frames. */
function summarise(error: unknown, fault: PgFault): Error {
  const name = error instanceof Error ? error.name : typeof error;
  const summary = new Error(`${name} ${fault.code ?? ''} ${fault.table ?? ''} ${fault.constraint ?? ''}`.trim());
  const frames = error instanceof Error ? error.stack?.split('\n').filter((line) => line.startsWith('    at ')) : undefined;
  if (frames !== undefined) summary.stack = [summary.message, ...frames].join('\n');
  return summary;
}
