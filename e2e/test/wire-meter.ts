import { openGateTo } from '@linli/testing';

/** What went over a wire to PostgreSQL. */
export interface WireCount {
  /** Executed, begin and commit among them. */
  readonly statements: number;
  /** How often the client had to wait: it sent something after it had read something. */
  readonly roundTrips: number;
  /** Both directions. */
  readonly bytes: number;
}

export interface WireMeter {
  /** The same database through the meter. */
  readonly url: string;
  /** What was counted since the last call. */
  take(): WireCount;
  close(): Promise<void>;
}

/** A cable to the database at `url` that counts what passes. */
export async function openWireMeter(url: string): Promise<WireMeter> {
  let count = { ...nothing };
  const gate = await openGateTo(url, () => {
    const readStatements = statementReader();
    let answered = false;
    return {
      onSent(chunk) {
        count.bytes += chunk.length;
        if (answered) count.roundTrips += 1;
        answered = false;
        count.statements += readStatements(chunk);
      },
      onAnswered(chunk) {
        count.bytes += chunk.length;
        answered = true;
      },
    };
  });
  return {
    url: gate.through(url),
    take() {
      const taken = count;
      count = { ...nothing };
      return taken;
    },
    close: () => gate.cut(),
  };
}

const nothing = { statements: 0, roundTrips: 0, bytes: 0 };

/** Counts Query and Execute messages of the frontend (PostgreSQL 18, 54.7), wherever the chunks are cut. The first message has no type. */
function statementReader(): (chunk: Buffer) => number {
  let left = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    left = Buffer.concat([left, chunk]);
    let statements = 0;
    for (;;) {
      const header = started ? 1 : 0;
      if (left.length < header + 4) return statements;
      const length = header + left.readUInt32BE(header);
      if (left.length < length) return statements;
      const type = started ? String.fromCharCode(left[0] ?? 0) : '';
      if (type === 'Q' || type === 'E') statements += 1;
      started = true;
      left = left.subarray(length);
    }
  };
}
