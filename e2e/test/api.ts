import { randomUUID } from 'node:crypto';
import type { Platform } from './platform';

export type Json = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: Json;
  readonly headers: Headers;
}

/** Somebody who calls the API with a bearer token. */
export class Somebody {
  private constructor(
    private readonly url: string,
    private readonly token: string,
    /** The staff or person id. */
    readonly id: string,
  ) {}

  static async of(platform: Platform, subject: string, tenantId = platform.tenantId): Promise<Somebody> {
    const token = await platform.tokenOf(subject, { tenantId });
    const response = await fetch(`${platform.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    const me = (await response.json()) as Json;
    if (response.status !== 200) throw new Error(`${subject}: ${JSON.stringify(me)}`);
    return new Somebody(platform.url, token, String(me['subject']));
  }

  get(path: string): Promise<Reply> {
    return this.send('GET', path, {});
  }

  create(path: string, body: Json, key: string = randomUUID()): Promise<Reply> {
    return this.send('POST', path, { body, headers: { 'idempotency-key': key } });
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send('POST', path, { body, headers });
  }

  change(path: string, version: unknown, body: Json = {}): Promise<Reply> {
    return this.send('POST', path, { body, headers: { 'if-match': `"v${String(version)}"` } });
  }

  /** The stream of live changes; the caller ends it by the signal. */
  stream(signal: AbortSignal): Promise<Response> {
    return fetch(`${this.url}/v1/events/stream`, { headers: { authorization: `Bearer ${this.token}` }, signal });
  }

  private async send(method: string, path: string, { body, headers }: { body?: unknown; headers?: Record<string, string> }): Promise<Reply> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, type: response.headers.get('content-type') ?? '', body: (await response.json()) as Json, headers: response.headers };
  }
}
