import { createInternalTokens, systemCaller, type Caller, type InternalTokens } from '@linli/auth';
import { Secret } from '@linli/config';
import { residents, work } from '@linli/contracts';
import { failedPrecondition, unavailable } from '@linli/errors';
import { createMetrics } from '@linli/telemetry';
import { captureLogger, silentLogger, testCaller, testKeys } from '@linli/testing';
import fc from 'fast-check';
import { createGrpcClients, createGrpcServer, readUuid, requestKey, requireText, wireEnum, type GrpcServer } from './index';

const keys = testKeys();
const clerk = testCaller({ permissions: ['work.queue.read'] });

type Implementation = Parameters<typeof serve>[0];

/** Serves WorkQueueService with the given methods on a free port, as the service `requests`. */
async function serve(
  methods: {
    listWork?: (request: work.ListWorkRequest, context: { caller: Caller; signal: AbortSignal }) => Promise<work.ListWorkResponse>;
    countWork?: () => Promise<work.CountWorkResponse>;
  },
  log = silentLogger(),
): Promise<{ server: GrpcServer; address: string }> {
  const server = createGrpcServer({ service: 'requests', internal: keys.internal('requests'), log, metrics: createMetrics('test') });
  const missing = () => Promise.reject(new Error('not part of this test'));
  server.add(work.WorkQueueServiceDefinition, { listWork: methods.listWork ?? missing, countWork: methods.countWork ?? missing, listMovedDueTimes: missing });
  return { server, address: `127.0.0.1:${await server.start(0)}` };
}

function clientOf(address: string, internal: InternalTokens = keys.internal('gateway'), audience = 'requests') {
  const clients = createGrpcClients({ internal });
  return { clients, work: clients.connect(work.WorkQueueServiceDefinition, { address, audience }) };
}

async function calling<T>(methods: Implementation, use: (client: ReturnType<typeof clientOf>['work'], address: string) => Promise<T>, log = silentLogger()): Promise<T> {
  const { server, address } = await serve(methods, log);
  const { clients, work: client } = clientOf(address);
  try {
    return await use(client, address);
  } finally {
    clients.close();
    await server.stop(1_000);
  }
}

const nothing = work.ListWorkResponse.fromPartial({});

describe('a call', () => {
  it('brings the caller across and the answer back', async () => {
    const listWork: Implementation['listWork'] = ({ unitId }, { caller }) =>
      Promise.resolve(work.ListWorkResponse.fromPartial({ items: [{ number: unitId, ownerId: caller.subject }] }));
    await calling({ listWork }, async (client) => {
      const { items } = await client.listWork({ unitId: 'u' }, { caller: clerk });
      expect(items[0]).toMatchObject({ number: 'u', ownerId: clerk.subject });
    });
  });

  it('brings an AppError back whole', async () => {
    const thrown = failedPrecondition('CASE_STATE_FORBIDS', 'no', { details: { state: 'draft', 名: '值' }, violations: [{ field: 'state', code: 'wrong' }] });
    await calling({ listWork: () => Promise.reject(thrown) }, async (client) => {
      const { kind, reason, details, violations } = thrown;
      await expect(client.listWork({}, { caller: clerk })).rejects.toMatchObject({ kind, reason, details, violations });
    });
  });

  it('hides what an unexpected error says and logs it once', async () => {
    const captured = captureLogger();
    const { server, address } = await serve({ listWork: () => Promise.reject(new Error('王小明 13800000000')) }, captured.log);
    const { clients, work: client } = clientOf(address);
    await expect(client.listWork({}, { caller: clerk })).rejects.toMatchObject({ kind: 'internal', message: 'internal error' });
    clients.close();
    await server.stop(1_000);
    const refused = captured.lines.filter((line) => line['msg'] === 'call refused');
    expect(refused).toEqual([expect.objectContaining({ level: 'error', reason: 'UNEXPECTED' })]);
    expect(refused[0]?.['err']).toMatchObject({ cause: { type: 'Error', stack: expect.stringContaining('grpc.test.ts') } });
    expect(captured.text()).not.toMatch(/王小明|13800000000/);
  });

  it('is refused without the permission that the proto declares, and the log says so', async () => {
    const captured = captureLogger();
    const listWork = (): Promise<typeof nothing> => Promise.resolve(nothing);
    await calling({ listWork }, async (client) => {
      await expect(client.listWork({}, { caller: testCaller({ permissions: ['thread.read'] }) })).rejects.toMatchObject({
        kind: 'permission_denied',
        reason: 'PERMISSION_MISSING',
      });
    }, captured.log);
    expect(captured.lines).toEqual([expect.objectContaining({ level: 'info', msg: 'call refused', method: '/linli.work.v1.WorkQueueService/ListWork', reason: 'PERMISSION_MISSING' })]);
  });

  it('is refused when its token is for another service, from an untrusted key, or a service speaks for a person', async () => {
    await calling({ listWork: () => Promise.resolve(nothing) }, async (_client, address) => {
      const stranger = testKeys();
      const service = keys.internal('residents');
      const attempts = [clientOf(address, keys.internal('gateway'), 'residents'), clientOf(address, stranger.internal('gateway'))];
      for (const { clients, work: client } of attempts) {
        await expect(client.listWork({}, { caller: clerk })).rejects.toMatchObject({ kind: 'unauthenticated' });
        clients.close();
      }
      const own = clientOf(address, service);
      await expect(own.work.listWork({}, { caller: clerk })).rejects.toBeDefined();
      await expect(own.work.listWork({}, { caller: systemCaller('xingsheng', 'job', ['work.queue.read']) })).resolves.toBeDefined();
      own.clients.close();
    });
  });

  it('is tried again when the method is idempotent and the service was away', async () => {
    let calls = 0;
    const listWork: Implementation['listWork'] = () => (++calls < 3 ? Promise.reject(unavailable('DATABASE_UNAVAILABLE', 'away')) : Promise.resolve(nothing));
    await calling({ listWork }, (client) => client.listWork({}, { caller: clerk }));
    expect(calls).toBe(3);
  });

  it('ends at its deadline, on both sides', async () => {
    let aborted: Promise<void> | undefined;
    const listWork: Implementation['listWork'] = (_request, { signal }) => {
      const gone = new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
      aborted = gone.catch(() => undefined);
      return gone;
    };
    await calling({ listWork }, async (client) => {
      await expect(client.listWork({}, { caller: clerk, deadlineMs: 100 })).rejects.toMatchObject({ kind: 'deadline_exceeded' });
      await aborted;
    });
  });

  it('says unavailable when nobody listens', async () => {
    const { clients, work: client } = clientOf('127.0.0.1:1');
    await expect(client.listWork({}, { caller: clerk })).rejects.toMatchObject({ kind: 'unavailable', reason: 'SERVICE_UNAVAILABLE' });
    clients.close();
  });

  it('in flight is answered before the server stops', async () => {
    let release: (() => void) | undefined;
    let arrived: (() => void) | undefined;
    const inside = new Promise<void>((resolve) => (arrived = resolve));
    const { server, address } = await serve({
      listWork: async () => {
        arrived?.();
        await new Promise<void>((resolve) => (release = resolve));
        return nothing;
      },
    });
    const { clients, work: client } = clientOf(address);
    const answer = client.listWork({}, { caller: clerk });
    await inside;
    const stopped = server.stop(5_000);
    release?.();
    await expect(answer).resolves.toEqual(nothing);
    await stopped;
    clients.close();
  });
});

describe('internal tokens', () => {
  it('are worth nothing after a minute', async () => {
    const later = createInternalTokens({ issuer: 'requests', trustedKeys: keys.environment('requests').INTERNAL_TRUSTED_KEYS, now: () => new Date(Date.now() + 121_000) });
    const token = await keys.internal('gateway').mint(clerk, 'requests');
    await expect(later.verify(token, 'requests')).rejects.toMatchObject({ kind: 'unauthenticated' });
    expect(String(new Secret(token))).not.toContain(token);
  });
});

describe('parsing', () => {
  it('takes any text or refuses it with the field named, never anything else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          const parsed = requireText(text, 'note', { max: 20 });
          expect(parsed.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'invalid_argument', violations: [{ field: 'note' }] });
        }
      }),
    );
    expect(() => requireText('a\u0000b', 'note', { max: 20 })).toThrow(/malformed/);
    expect(() => requireText('\ud800', 'note', { max: 20 })).toThrow(/malformed/);
    expect(() => readUuid('1', 'id')).toThrow(/malformed/);
  });

  it('maps enums by their words and refuses unknown ones', () => {
    const language = wireEnum('LANGUAGE', residents.Language, ['zh', 'mn'] as const);
    expect(language.toWire('mn')).toBe(residents.Language.LANGUAGE_MN);
    expect(language.fromWire(residents.Language.LANGUAGE_ZH, 'language')).toBe('zh');
    expect(language.fromWireOrNone(residents.Language.LANGUAGE_UNSPECIFIED, 'language')).toBeUndefined();
    expect(() => language.fromWire(residents.Language.UNRECOGNIZED, 'language')).toThrow(/unknown/);
  });

  it('makes one key of one request and another of a changed one', () => {
    const request = { requestId: 'r', name: 'a' };
    const message = residents.RegisterPersonRequest.fromPartial(request);
    const key = requestKey(clerk, residents.RegisterPersonRequest, message);
    expect(requestKey(clerk, residents.RegisterPersonRequest, { ...message })).toEqual(key);
    expect(requestKey(clerk, residents.RegisterPersonRequest, { ...message, phone: '1' }).fingerprint).not.toBe(key.fingerprint);
  });
});
