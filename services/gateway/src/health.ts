import type { Database } from '@linli/db';
import { checkOf, readiness, type HttpApp, type ReadyCheck } from '@linli/http';
import type { LiveEvents } from './events/live-events';
import type { Issuer } from './identity/issuer';

type Ready = () => Promise<readonly ReadyCheck[]>;

/**
 * Ready: our database answers, and the issuer's keys and the broker were reached once. Later outages of those two leave
 * the gateway useful, so they do not take it out of service; nor does an outage of a service behind it.
 */
export function createReadiness({ db, issuer, live }: { db: Database; issuer: Issuer; live: LiveEvents }): Ready {
  let followed = false;
  return async () => {
    followed ||= live.tail.ready();
    const [database, reached] = await Promise.all([checkOf('database', db.ping()), issuer.reached()]);
    return [
      database,
      { name: 'issuer', ok: reached },
      { name: 'events', ok: followed },
    ];
  };
}

/** `/livez` and `/readyz` beside the API, for a balancer; figures are on the side port only. */
export function serveHealth(http: HttpApp, ready: Ready): void {
  http.route({ method: 'get', path: '/livez', handle: (_request, response) => void response.type('text').send('ok\n') });
  http.route({
    method: 'get',
    path: '/readyz',
    handle: async (_request, response) => {
      const checks = await readiness(ready);
      const lines = checks.map(({ name, ok }) => `${ok ? 'ok' : 'not ready'} ${name}\n`).join('');
      response.status(checks.every(({ ok }) => ok) ? 200 : 503).type('text').send(lines);
    },
  });
}
