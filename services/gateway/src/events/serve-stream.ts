import { resourceExhausted } from '@linli/errors';
import type { HttpApp } from '@linli/http';
import type { Request, Response } from 'express';
import type { Admitted } from '../identity/authenticate';
import { createAdmit, type Edge } from '../routing/serve';
import type { LiveEvent, LiveEvents } from './live-events';
import { isVisible } from './visible';

const heartbeatMs = 15_000;
const recheckMs = 30_000;
/** A client that does not read loses its stream rather than our memory. All that is remembered fits in, for one that resumes. */
const mostBufferedBytes = 1024 * 1024;

/**
 * Server-sent events (HTML Living Standard §9.2) of the changes the caller may see. `Last-Event-ID` resumes; when that
 * event is no longer remembered, an event `reset` tells the client to read again. An event may come twice, by its id.
 */
export function serveStream(http: HttpApp, edge: Edge, live: LiveEvents): void {
  const admit = createAdmit(edge, { permission: 'requests.case.read' });
  const open = new Map<string, number>();
  const most = edge.deps.config.streamsPerAccount;

  function count(account: string, change: 1 | -1): void {
    const streams = (open.get(account) ?? 0) + change;
    if (streams === 0) open.delete(account);
    else open.set(account, streams);
  }

  http.route({
    method: 'get',
    path: '/v1/events/stream',
    async handle(request, response) {
      const who = await admit(request, response);
      const account = `${who.caller.tenantId} ${who.caller.subject}`;
      if ((open.get(account) ?? 0) >= most) {
        throw resourceExhausted('STREAMS_EXHAUSTED', 'too many streams of one account', { details: { limit: String(most) } });
      }
      if (response.destroyed) return;
      count(account, 1);
      response.once('close', () => count(account, -1));
      stream({ request, response, who, live, stopping: http.stopping });
    },
  });
}

interface Streaming {
  readonly request: Request;
  readonly response: Response;
  readonly who: Admitted;
  readonly live: LiveEvents;
  readonly stopping: AbortSignal;
}

function stream({ request, response, who, live, stopping }: Streaming): void {
  let current = who;
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });

  function write(text: string): void {
    if (response.writableEnded || response.destroyed) return;
    response.write(text);
    if (response.writableLength > mostBufferedBytes) response.destroy();
  }
  function send(event: LiveEvent): void {
    if (isVisible(current.caller, event)) write(`id: ${event.id}\nevent: change\ndata: ${event.data}\n\n`);
  }
  function end(): void {
    if (!response.writableEnded) response.end();
  }
  /** Rights may have gone since the stream began, and sessions and tokens end. */
  function recheck(): void {
    current.again().then((again) => {
      current = again;
    }, end);
  }

  write('retry: 2000\n\n');
  const last = request.get('last-event-id');
  const missed = last === undefined ? [] : live.since(last);
  if (missed === undefined) write('event: reset\ndata: {}\n\n');
  else missed.forEach(send);

  const unfollow = live.follow({
    onEvent: send,
    onAccount: (tenantId, subject) => {
      if (tenantId === current.caller.tenantId && (subject === undefined || subject === current.caller.subject)) recheck();
    },
  });
  const timers = [setInterval(() => write(': still here\n\n'), heartbeatMs), setInterval(recheck, recheckMs)];
  stopping.addEventListener('abort', end);
  response.once('close', () => {
    unfollow();
    timers.forEach(clearInterval);
    stopping.removeEventListener('abort', end);
  });
  if (stopping.aborted) end();
}
