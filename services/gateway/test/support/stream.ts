import http from 'node:http';

export interface SeenChange {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly type: string; readonly subject: { readonly kind: string; readonly id: string; readonly version: number }; readonly facts: Record<string, unknown> };
}

export interface TestStream {
  /** All that came so far and was not taken. */
  waiting(): readonly SeenChange[];
  next(timeoutMs?: number): Promise<SeenChange>;
  /** All changes up to the first that fits. */
  until(fits: (change: SeenChange) => boolean, timeoutMs: number): Promise<SeenChange[]>;
  /** All that comes until the server ends the stream. */
  rest(timeoutMs: number): Promise<SeenChange[]>;
  close(): void;
}

/** Reads server-sent events as a browser does. Rejects when the server does not answer with a stream. */
export async function openStream(url: string, headers: Record<string, string>): Promise<TestStream> {
  const waiting: (() => void)[] = [];
  const seen: SeenChange[] = [];
  const state = { text: '', ended: false };
  const wake = () => waiting.splice(0).forEach((go) => go());
  const request = http.get(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false });
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => request.once('response', resolve).once('error', reject));
  if (response.statusCode !== 200) {
    request.destroy();
    throw new Error(`no stream: ${response.statusCode}`);
  }
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (state.text + chunk).split('\n\n');
    state.text = blocks.pop() ?? '';
    seen.push(...blocks.filter((block) => block.includes('data:')).map(parse));
    wake();
  });
  response.once('close', () => {
    state.ended = true;
    wake();
  });

  async function take(done: (taken: SeenChange[]) => boolean, timeoutMs: number): Promise<SeenChange[]> {
    const taken: SeenChange[] = [];
    const timer = { late: false, at: setTimeout(() => void ((timer.late = true), wake()), timeoutMs) };
    try {
      while (!done(taken)) {
        const change = seen.shift();
        if (change !== undefined) taken.push(change);
        else if (timer.late || state.ended) throw new Error(`the stream gave only ${JSON.stringify(taken)}`);
        else await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return taken;
    } finally {
      clearTimeout(timer.at);
    }
  }

  return {
    waiting: () => [...seen],
    async next(timeoutMs = 10_000) {
      const [first] = await take((taken) => taken.length === 1, timeoutMs);
      if (first === undefined) throw new Error('nothing came');
      return first;
    },
    until: (fits, timeoutMs) => take((taken) => taken.some(fits), timeoutMs),
    async rest(timeoutMs) {
      const all = await take(() => state.ended && seen.length === 0, timeoutMs);
      return all;
    },
    close: () => void request.destroy(),
  };
}

function parse(block: string): SeenChange {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  return { id: field('id'), event: field('event'), data: JSON.parse(field('data')) as SeenChange['data'] };
}
