import type { Socket } from 'node:net';
import { isStalePlan } from './database-error';

interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly name?: string;
}

type Callback = (error: Error | null, result: unknown) => void;
type Send = (statement: string | Statement, callback: Callback) => unknown;

/** The part of a `pg` connection that knex and we use. */
export interface Connection {
  query: Send;
  readonly connection: { readonly stream: Socket };
}

// A list of ids makes a text of its own for each length, and a server keeps what was prepared as long as the connection.
const mostPrepared = 500;
const mostValues = 80;

/**
 * How the statements of a pool's connections travel. What a short statement costs is mostly not its work but its way:
 * parsing, planning and a system call on each side. So each text is prepared once a connection, all that is sent in one
 * turn of the event loop leaves in one packet, and nobody waits for the answer to BEGIN: what follows it is answered in
 * order, and fails if the transaction could not begin.
 */
export function createWire(): (connection: Connection) => void {
  const names = new Map<string, string>();

  function nameOf({ text, values = [] }: Statement): string | undefined {
    if (values.length === 0 || values.length > mostValues) return undefined;
    const known = names.get(text);
    if (known !== undefined || names.size >= mostPrepared) return known;
    const name = `s${names.size}`;
    names.set(text, name);
    return name;
  }

  return (connection) => {
    const send = prepared(connection.query.bind(connection), nameOf);
    const gather = gatherer(connection.connection.stream);
    connection.query = (statement, callback) => {
      gather();
      if (typeof statement === 'string' || statement.text !== 'BEGIN;') return send(statement, callback);
      const sent = send(statement, () => undefined);
      callback(null, { command: 'BEGIN', rowCount: null, rows: [], fields: [] });
      return sent;
    };
  };
}

function prepared(send: Send, nameOf: (statement: Statement) => string | undefined): Send {
  const stale = new Map<string, number>();
  return (statement, callback) => {
    const known = typeof statement === 'string' ? undefined : nameOf(statement);
    if (typeof statement === 'string' || known === undefined) return send(statement, callback);
    const times = stale.get(known) ?? 0;
    return send({ ...statement, name: times === 0 ? known : `${known}-${times}` }, (error, result) => {
      // A migration changed the table: under a new name the statement is prepared anew.
      if (isStalePlan(error)) stale.set(known, times + 1);
      callback(error, result);
    });
  };
}

/** Holds back what is written until the end of this turn of the event loop. */
function gatherer(stream: Socket): () => void {
  let held = false;
  return () => {
    if (held) return;
    held = true;
    stream.cork();
    setImmediate(() => {
      held = false;
      stream.uncork();
    });
  };
}
