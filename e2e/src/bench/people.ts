import { Agent, request, type IncomingMessage } from 'node:http';
import { tokenOfPerson } from '../token';

export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Connections to the gateway that are kept open, as browsers and other systems keep theirs. */
export interface Line {
  readonly origin: URL;
  readonly agent: Agent;
  close(): void;
}

export function openLine(gateway: string, connections: number): Line {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  return { origin: new URL(gateway), agent, close: () => agent.destroy() };
}

const renewAfterMs = 10 * 60_000;

/** Somebody who calls the API with an access token, which is renewed before it ends. */
export class Caller {
  private token = '';
  private renewAt = 0;
  private renewing: Promise<void> | undefined;

  constructor(
    private readonly line: Line,
    private readonly issuer: string,
    private readonly subject: string,
  ) {}

  get(path: string): Promise<Answered> {
    return this.call('GET', path, { headers: {} });
  }

  create(path: string, body: object, key: string): Promise<Answered> {
    return this.call('POST', path, { headers: { 'idempotency-key': `"${key}"` }, body });
  }

  /** A question that is asked in a body. */
  post(path: string, body: object): Promise<Answered> {
    return this.call('POST', path, { headers: {}, body });
  }

  change(path: string, version: unknown, body: object = {}): Promise<Answered> {
    return this.call('POST', path, { headers: { 'if-match': `"v${String(version)}"` }, body });
  }

  private async call(method: string, path: string, { headers, body }: { readonly headers: Record<string, string>; readonly body?: object }): Promise<Answered> {
    if (performance.now() >= this.renewAt) await (this.renewing ??= this.renew());
    const text = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const sent = { ...headers, authorization: `Bearer ${this.token}`, ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': text.length }) };
    const { origin, agent } = this.line;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ host: origin.hostname, port: origin.port, agent, method, path, headers: sent }, resolve).on('error', reject).end(text);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { status: answer.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) as Answered['body'] };
  }

  private async renew(): Promise<void> {
    this.token = await tokenOfPerson(this.issuer, this.subject);
    this.renewAt = performance.now() + renewAfterMs;
    this.renewing = undefined;
  }
}
