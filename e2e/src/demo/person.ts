import { randomUUID } from 'node:crypto';
import { Browser } from './browser';
import { choosePerson } from './sign-in';

export interface Answer<Body = Json> {
  readonly status: number;
  readonly body: Body;
  readonly etag: string | null;
}

const patienceMs = 10_000;

export type Json = Readonly<Record<string, unknown>>;

/** A person who signed in at the gateway as a browser does, and calls the API with the session's cookie. */
export class Person {
  private constructor(
    private readonly gateway: string,
    private readonly browser: Browser,
    /** What the gateway says about this person: name, roles, subject, and the token that changes must carry. */
    readonly me: Json,
  ) {}

  static async signIn(gateway: string, subject: string): Promise<Person> {
    const browser = new Browser();
    const page = await browser.get(`${gateway}/auth/sign-in`);
    const end = await choosePerson(browser, page, subject);
    if (end.status >= 400) throw new Error(`${subject} could not sign in: ${end.status} ${end.html.slice(0, 200)}`);
    const response = await fetch(`${gateway}/v1/me`, { headers: { cookie: browser.cookieFor(gateway) } });
    const me = (await response.json()) as Json;
    if (!response.ok) throw new Error(`${subject} could not sign in: ${JSON.stringify(me)}`);
    return new Person(gateway, browser, me);
  }

  get name(): string {
    return String(this.me['displayName'] ?? this.me['subject']);
  }

  get subject(): string {
    return String(this.me['subject']);
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path, {});
  }

  /** Creates: with an idempotency key of its own, unless one is given. */
  create(path: string, body: Json, idempotencyKey: string = randomUUID()): Promise<Answer> {
    return this.call('POST', path, { body, headers: { 'idempotency-key': `"${idempotencyKey}"` } });
  }

  /** Changes the version that was seen. */
  change(path: string, version: unknown, body: Json = {}): Promise<Answer> {
    return this.call('POST', path, { body, headers: { 'if-match': `"v${String(version)}"` } });
  }

  post(path: string, body: Json): Promise<Answer> {
    return this.call('POST', path, { body });
  }

  private async call(method: string, path: string, { body, headers }: { body?: Json; headers?: Record<string, string> }): Promise<Answer> {
    const response = await fetch(`${this.gateway}${path}`, {
      method,
      signal: AbortSignal.timeout(patienceMs),
      headers: {
        cookie: this.browser.cookieFor(this.gateway),
        origin: this.gateway,
        ...(method === 'GET' ? {} : { 'content-type': 'application/json', 'x-csrf-token': String(this.me['csrfToken']) }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Json, etag: response.headers.get('etag') };
  }
}
