import { isAppError } from '@linli/errors';

// Node's socket errors, PostgreSQL's SQLSTATEs of a server that is away, what pg says without a code, and kafkajs' own names.
const codes = /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOST\w+|ENET\w+|ENOTFOUND|EAI_AGAIN|08\d{3}|57P0\d|53300)$/;
const names = /^(KnexTimeoutError|KafkaJS(ConnectionError|ConnectionClosedError|NumberOfRetriesExceeded|RequestTimeoutError|BrokerNotFound|GroupCoordinatorNotFound|MetadataNotLoaded))$/;
const lost = /(Connection terminated|is not queryable|Unable to acquire a connection|timeout expired)/;

const forgottenAfterMs = 60_000;

/** Something that we talk to does not answer: its stack says nothing, and it fails again and again until it is back. */
export function isOutage(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || isAppError(error) || depth > 3) return false;
  const code: unknown = Reflect.get(error, 'code');
  const isItself = names.test(error.name) || lost.test(error.message) || (typeof code === 'string' && codes.test(code));
  // `fetch` and what stands on it say why in the cause.
  return isItself || isOutage(error.cause, depth + 1);
}

/**
 * How often a line about an outage was to be written, when this time it is worth writing: the 1st, 2nd, 4th, 8th, …, so that
 * an hour without a server is a dozen lines for each who waits for it. Undefined: leave it out. It begins anew after a minute of quiet.
 */
export function createOutageFilter(now: () => number = Date.now): (error: Error, message: string) => number | undefined {
  const seen = new Map<string, { readonly times: number; readonly at: number }>();
  return (error, message) => {
    const key = `${message} ${error.name}`;
    const before = seen.get(key);
    const times = before === undefined || now() - before.at > forgottenAfterMs ? 1 : before.times + 1;
    seen.set(key, { times, at: now() });
    return Number.isInteger(Math.log2(times)) ? times : undefined;
  };
}
