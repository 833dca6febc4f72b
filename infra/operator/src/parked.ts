import { parseArgs } from 'node:util';
import { openSystemDatabase, type SystemDatabase } from '@linli/db';
import { invalidArgument, notFound } from '@linli/errors';
import { discardParked, listDeadLetters, listParked, listPoisoned, requeuePoisoned } from '@linli/messaging';
import { createLogger } from '@linli/telemetry';
import { eventServices, readDatabases, type ServiceName } from './config';
import { print, printTable } from './print';

const log = createLogger('operator', { level: 'warn' });

/** Events that could not be applied or published: shown, given up, or sent again. */
export async function runParked(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { service: { type: 'string' }, consumer: { type: 'string' }, tenant: { type: 'string' }, topic: { type: 'string' }, key: { type: 'string' } },
  });
  const [action] = positionals;
  if (action === 'list') return list(env);
  const service = eventServices.find((name) => name === values.service);
  const { consumer, tenant: tenantId, topic, key } = values;
  if (!service || !tenantId || !topic || !key) throw invalidArgument('OPTION_MISSING', '--service, --tenant, --topic and --key name the parked key: `parked list` shows them');
  await withSystem(env, service, async (system) => {
    if (action === 'republish') {
      print(`${await requeuePoisoned(system.knex, { tenantId, topic, key })} events go out again`);
      return;
    }
    if (action !== 'discard' || !consumer) throw invalidArgument('ACTION_UNKNOWN', 'parked list | discard --consumer … | republish');
    if (!(await discardParked(system, { consumer, tenantId, topic, key }))) throw notFound('PARKED_KEY_NOT_FOUND', 'no event of that key is parked');
    print('the first event of the key is a dead letter now; the others wait for a redrive');
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

async function withSystem(env: NodeJS.ProcessEnv, service: ServiceName, work: (system: SystemDatabase) => Promise<void>): Promise<void> {
  const system = openSystemDatabase({ url: readDatabases(env)[service].relayUrl, name: 'linli-operator', log, poolSize: 1 });
  try {
    await work(system);
  } finally {
    await system.close();
  }
}
