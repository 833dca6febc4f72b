import { resourceExhausted } from '@linli/errors';
import type { HttpApp, RequestContext } from '@linli/http';
import type { Request, Response } from 'express';
import type { Admitted } from '../identity/authenticate';
import { createAdmit, type Edge } from '../routing/serve';
import type { LiveEvent, LiveEvents } from './live-events';
import { isVisible } from './visible';

const heartbeatMs = 15_000;
const recheckMs = 5_000;
/** A client that does not read loses its stream rather than our memory. */
const mostBufferedBytes = 256 * 1024;

/**
 * Server-sent events (HTML Living Standard §9.2) of the changes the caller may see. `Last-Event-ID` resumes; when that
 * event is no longer remembered, an event `reset` tells the client to read again.
 */
export function serveStream(http: HttpApp, edge: Edge, live: LiveEvents): void {
  const admit = createAdmit(edge, { permission: 'requests.case.read' });
  const open = new Map<string, number>();
  const admitted = new WeakMap<Request, Admitted>();
  http.route({
    method: 'get',
    path: '/v1/events/stream',
    before: [
      async (request, response, next) => {
        admitted.set(request, await admit(request, response));
        next();
      },
    ],
    handle(request, response, context) {
      const who = admitted.get(request);
      if (who === undefined) return;
      const account = `${who.caller.tenantId} ${who.caller.subject}`;
      const streams = open.get(account) ?? 0;
      if (streams >= edge.deps.config.streamsPerAccount) {
        throw resourceExhausted('STREAMS_EXHAUSTED', 'too many streams of one account', { details: { limit: String(edge.deps.config.streamsPerAccount) } });
      }
      open.set(account, streams + 1);
      context.signal.addEventListener('abort', () => open.set(account, (open.get(account) ?? 1) - 1));
      stream({ request, response, context, who, live, stopping: http.stopping });
    },
  });
}

interface Streaming {
  readonly request: Request;
  readonly response: Response;
  readonly context: RequestContext;
  readonly who: Admitted;
  readonly live: LiveEvents;
  readonly stopping: AbortSignal;
}

function stream({ request, response, context, who, live, stopping }: Streaming): void {
  let current = who;
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
  response.write('retry: 2000\n\n');

  function send(event: LiveEvent): void {
    if (!isVisible(current.caller, event.event)) return;
    response.write(`id: ${event.id}\nevent: change\ndata: ${event.data}\n\n`);
    if (response.writableLength > mostBufferedBytes) response.destroy();
  }

  const last = request.get('last-event-id');
  const missed = last === undefined ? [] : live.since(last);
  if (missed === undefined) response.write('event: reset\ndata: {}\n\n');
  else missed.forEach(send);

  const stopFollowing = live.follow(send);
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs);
  const recheck = setInterval(() => {
    // Rights may have gone since the stream began, and sessions end.
    current.again().then(
      (again) => (current = again),
      () => response.end(),
    );
  }, recheckMs);
  const end = () => response.end();
  stopping.addEventListener('abort', end);
  response.once('close', () => {
    stopFollowing();
    clearInterval(heartbeat);
    clearInterval(recheck);
    stopping.removeEventListener('abort', end);
  });
  if (stopping.aborted || context.signal.aborted) response.end();
}
