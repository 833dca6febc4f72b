import { readConfig } from '@linli/config';
import { EVENT_CATALOGUE } from '@linli/contracts';
import { openDatabase, openSystemDatabase } from '@linli/db';
import { startSideServer, type SideServer } from '@linli/http';
import { createConsumer, type EventHandlers } from '@linli/messaging';
import { run, type App } from '@linli/runtime';
import { createLogger, createMetrics } from '@linli/telemetry';

export const caseTopic = 'public.requests.case.v1';
// Kafka's clients are named after it, so it must not begin as those that no fault touches.
export const ledgerGroup = 'ledger';

/** For every event of a case: write down that it had its effect. A case that is refused fails, as a bug of ours would make it. */
export function ledgerHandlers(): EventHandlers {
  const types = Object.entries(EVENT_CATALOGUE).filter(([, { topic }]) => topic === caseTopic);
  return Object.fromEntries(
    types.map(([type]) => [
      type,
      async (tx, event) => {
        const { rows } = await tx.raw<{ rows: unknown[] }>('select from refusals where tenant_id = ? and case_id = ?', [event.tenantId, event.aggregateId]);
        if (rows.length > 0) throw new Error('this case is refused');
        await tx.raw('insert into effects (tenant_id, event_id, case_id, version) values (?, ?, ?, ?)', [event.tenantId, event.id, event.aggregateId, event.version]);
      },
    ]),
  );
}

/** A service that follows cases as the next of our own would: the platform's consumer, and one table. */
function createLedger(env: NodeJS.ProcessEnv): App {
  const config = readConfig(env, (read) => ({
    databaseUrl: read.secretUrl('DATABASE_URL'),
    databaseRelayUrl: read.secretUrl('DATABASE_RELAY_URL'),
    brokers: read.list('KAFKA_BROKERS'),
    sidePort: read.port('SIDE_PORT'),
  }));
  const log = createLogger('ledger');
  const metrics = createMetrics('ledger');
  const database = openDatabase({ url: config.databaseUrl, name: 'ledger', log });
  const system = openSystemDatabase({ url: config.databaseRelayUrl, name: 'ledger-system', log });
  const consumer = createConsumer({ database, system, brokers: config.brokers, group: ledgerGroup, handlers: ledgerHandlers(), log, metrics });
  let side: SideServer | undefined;
  return {
    async start() {
      side = await startSideServer({ port: config.sidePort, log, metrics, ready: async () => [{ name: 'events', ok: consumer.ready() }] });
      await consumer.start();
    },
    async stop() {
      await consumer.stop();
      await side?.stop();
      await Promise.all([database.close(), system.close()]);
    },
  };
}

if (require.main === module) run('ledger', async () => createLedger(process.env));
