import net from 'node:net';
import { createHttpApp } from '@linli/http';
import { createMetrics } from '@linli/telemetry';
import { eventually, silentLogger } from '@linli/testing';
import type { Follower, LiveEvents } from '../src/events/live-events';
import { serveStream } from '../src/events/serve-stream';
import { renderReason } from '../src/messages/render';
import type { Edge } from '../src/routing/serve';
import { grant } from './support/gateway';

const identity = { tenantId: 'xingsheng', kind: 'staff', issuer: 'i', subject: 'clerk' } as const;

/** Only what a stream asks of the edge: one clerk may come in. */
const edge = {
  deps: { config: { streamsPerAccount: 1 } },
  limits: { byAccount: () => Promise.resolve() },
  door: {
    now: () => new Date(),
    issuer: { verify: () => Promise.resolve({ identity, until: Date.now() + 60_000 }) },
    accounts: { find: () => Promise.resolve({ subject: 'clerk', displayName: '', roles: [], grants: [grant(['requests.case.read', 'requests.item.read'])] }) },
  },
} as unknown as Edge;

it('a client that does not read loses its stream, and costs no more memory', async () => {
  const followers = new Set<Follower>();
  const live: LiveEvents = {
    tail: { start: () => Promise.resolve(), stop: () => Promise.resolve(), ready: () => true },
    follow(follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },
    since: () => [],
  };
  const http = createHttpApp({ log: silentLogger(), metrics: createMetrics('test'), render: renderReason });
  serveStream(http, edge, live);
  const port = await http.start(0);
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined).pause();
  socket.write('GET /v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a.b.c\r\n\r\n');
  await eventually(() => expect(followers.size).toBe(1));

  const [follower] = followers;
  let sent = 0;
  const event = { id: 'e', tenantId: 'xingsheng', time: new Date(), concern: { permission: 'requests.item.read' }, data: JSON.stringify({ pad: 'x'.repeat(64 * 1024) }) };
  await eventually(
    () => {
      // The kernel takes some megabytes before the process has to keep anything.
      sent += 1;
      follower?.onEvent(event);
      expect(followers.size).toBe(0);
    },
    { everyMs: 1 },
  );
  expect(sent).toBeGreaterThan(16);
  // Whatever comes to a stream that has ended is dropped.
  follower?.onEvent(event);
  socket.destroy();
  await http.stop(100);
});
