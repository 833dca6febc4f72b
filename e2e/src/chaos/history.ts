import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A change of one case: what every commit of a case makes, and what every event tells of. */
export interface Change {
  readonly tenant: string;
  readonly caseId: string;
  readonly version: number;
}

/** Milliseconds since 1970 on this machine's clock, which no fault moves. */
interface Timed {
  readonly at: number;
}

/** A writer asks. `key` is the idempotency key of a create; a repeat carries the same one. */
export interface Invoke extends Timed {
  readonly kind: 'invoke';
  readonly op: number;
  readonly tenant: string;
  readonly action: string;
  readonly caseId?: string;
  readonly key?: string;
}

/** The answer says it is done; for a read, which version was there. */
export interface Ok extends Timed {
  readonly kind: 'ok';
  readonly op: number;
  readonly caseId: string;
  readonly version: number;
}

/** The answer says it is not done. */
export interface Fail extends Timed {
  readonly kind: 'fail';
  readonly op: number;
  readonly status: number;
  readonly code: string;
}

/** No answer, or one that leaves open whether it is done. */
export interface Info extends Timed {
  readonly kind: 'info';
  readonly op: number;
  /** 0: no answer came. */
  readonly status: number;
  readonly code: string;
}

/** What one page of a list showed to somebody of `tenant`. */
export interface Listed extends Timed {
  readonly kind: 'listed';
  readonly tenant: string;
  readonly caseIds: readonly string[];
}

/** A record that a subscriber outside was given. */
export interface Delivery extends Timed, Change {
  readonly kind: 'delivery';
  readonly eventId: string;
  /** The record's key, `<tenant>:<case>`. */
  readonly key: string;
  readonly type: string;
  readonly partition: number;
  readonly offset: number;
}

/** What a Linli consumer made of an event, read from its database at the end, in the order of its commits per case. */
export interface Effect extends Timed, Change {
  readonly kind: 'effect';
  readonly eventId: string;
  readonly sequence: number;
}

/** A case as it stands in the database at the end. */
export interface Committed extends Change {
  readonly kind: 'committed';
  /** The text that its creator wrote, one for each create. */
  readonly mark: string;
}

/** A record that the nemesis put on the topic and that no service sent. */
export interface Injected extends Timed {
  readonly kind: 'injected';
  readonly what: 'duplicate' | 'garbage';
  readonly eventId: string;
}

/** A record that a Linli consumer gave up, kept with its bytes. */
export interface Dead {
  readonly kind: 'dead';
  readonly eventId: string;
}

export interface FaultMark extends Timed {
  readonly kind: 'fault';
  readonly name: string;
  readonly phase: 'begin' | 'end';
  readonly note: string;
}

/** `faults-end`: from here on nothing is disturbed. `load-end`: no more writes. */
export interface PhaseMark extends Timed {
  readonly kind: 'phase';
  readonly name: 'load-begin' | 'faults-end' | 'load-end' | 'drained';
}

/** What was compared at the end and did not fit: a projection, the audit chain. */
export interface Mismatch {
  readonly kind: 'mismatch';
  readonly what: string;
}

export type Entry = Invoke | Ok | Fail | Info | Listed | Delivery | Effect | Committed | Injected | Dead | FaultMark | PhaseMark | Mismatch;

/** Everything that happened, one JSON line each, as it happens. */
export class History {
  private readonly file: WriteStream;
  private operations = 0;

  constructor(readonly path: string) {
    this.file = createWriteStream(path);
  }

  write(entry: Entry): void {
    this.file.write(`${JSON.stringify(entry)}\n`);
  }

  nextOperation(): number {
    this.operations += 1;
    return this.operations;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.file.end(resolve));
  }
}

export async function readHistory(path: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) entries.push(JSON.parse(line) as Entry);
  return entries;
}
