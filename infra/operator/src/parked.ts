import { parseArgs } from 'node:util';
import { openSystemDatabase, type Database, type SystemDatabase } from '@linli/db';
import { assertNever, failedPrecondition, invalidArgument, notFound } from '@linli/errors';
import { discardParked, listDeadLetters, listParked, listPoisoned, redriveParked, requeuePoisoned, type EventHandlers } from '@linli/messaging';
import { createLogger } from '@linli/telemetry';
import { eventServices, readDatabases, type EventService } from './config';
import { print, printTable } from './print';

const log = createLogger('operator', { level: 'warn' });

interface Key {
  readonly service: EventService;
  readonly consumer: string;
  readonly tenantId: string;
  readonly topic: string;
  readonly key: string;
}

/** Events that could not be applied or published: shown, tried again, or given up. */
export async function runParked(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const text = { type: 'string' } as const;
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { service: text, consumer: text, tenant: text, topic: text, key: text },
  });
  const [action] = positionals;
  if (action === 'list') return list(env);
  const { consumer = values.service, tenant: tenantId, topic, key } = values;
  const service = eventServices.find((name) => name === values.service);
  if (!service || !consumer || !tenantId || !topic || !key) {
    throw invalidArgument('OPTION_MISSING', '--service, --tenant, --topic and --key name the parked key: `parked list` shows them');
  }
  const parked = { service, consumer, tenantId, topic, key };
  if (action === 'redrive') return redrive(parked, env);
  if (action === 'discard') return discard(parked, env);
  if (action === 'republish') return republish(parked, env);
  throw invalidArgument('ACTION_UNKNOWN', 'parked list | redrive | discard | republish');
}

interface ServiceApp {
  readonly deps: { readonly db: Database };
  readonly handlers: EventHandlers;
  stop(): Promise<void>;
}

/** Applies the key's events with the service's own code, and so needs that service's environment. */
async function redrive(parked: Key, env: NodeJS.ProcessEnv): Promise<void> {
  const app = await openApp(parked.service, env);
  try {
    const { applied, stoppedBy } = await redriveParked(app.deps.db, parked, { handlers: app.handlers });
    print(`${applied} events applied`);
    if (stoppedBy !== undefined) throw failedPrecondition('EVENT_STILL_FAILS', `the next event of the key fails again: ${stoppedBy}`);
  } finally {
    await app.stop(); // never started: this closes its connections
  }
}

async function openApp(service: EventService, env: NodeJS.ProcessEnv): Promise<ServiceApp> {
  switch (service) {
    case 'residents': {
      const { createApp, readServiceConfig } = await import('@linli/residents');
      return createApp(readServiceConfig(env));
    }
    case 'requests': {
      const { createApp, readServiceConfig } = await import('@linli/requests');
      return createApp(readServiceConfig(env));
    }
    case 'organization':
      throw notFound('PARKED_KEY_NOT_FOUND', 'organization follows nobody, so nothing is parked there');
    default:
      return assertNever(service);
  }
}

async function discard(parked: Key, env: NodeJS.ProcessEnv): Promise<void> {
  await withSystem(env, parked.service, async (system) => {
    if (!(await discardParked(system, parked))) throw notFound('PARKED_KEY_NOT_FOUND', 'no event of that key is parked');
    print('the first event of the key is a dead letter now; the others wait for a redrive');
  });
}

async function republish(parked: Key, env: NodeJS.ProcessEnv): Promise<void> {
  await withSystem(env, parked.service, async (system) => {
    print(`${await requeuePoisoned(system.knex, parked)} events go out again`);
  });
}

async function list(env: NodeJS.ProcessEnv): Promise<void> {
  for (const service of eventServices) {
    await withSystem(env, service, async (system) => {
      print(`${service}: not applied`);
      printTable((await listParked(system)).map(({ firstFailedAt, ...row }) => ({ ...row, firstFailedAt: firstFailedAt.toISOString() })));
      print(`${service}: not published`);
      printTable((await listPoisoned(system.knex)).map(({ since, ...row }) => ({ ...row, since: since.toISOString() })));
      print(`${service}: dead letters`);
      printTable((await listDeadLetters(system)).map(({ deadAt, ...row }) => ({ ...row, deadAt: deadAt.toISOString() })));
    });
  }
}

async function withSystem(env: NodeJS.ProcessEnv, service: EventService, work: (system: SystemDatabase) => Promise<void>): Promise<void> {
  const system = openSystemDatabase({ url: readDatabases(env)[service].relayUrl, name: 'linli-operator', log, poolSize: 1 });
  try {
    await work(system);
  } finally {
    await system.close();
  }
}
