import { parseArgs } from 'node:util';
import type { Secret } from '@linli/config';
import { bootstrapDatabase, migrate } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { createTopics } from '@linli/messaging';
import { createLogger } from '@linli/telemetry';
import { Client, escapeIdentifier } from 'pg';
import { readAdminUrl, readBrokers, readDatabases, services, type ServiceDatabase, type ServiceName } from './config';
import { migrationsOf } from './migrations';
import { print } from './print';

const log = createLogger('operator', { level: 'warn' });

/** Roles, databases and tables of every service, and the topics: makes what is missing, changes nothing that is right. */
export async function runMigrate(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { fresh: { type: 'boolean', default: false } } });
  const adminUrl = readAdminUrl(env);
  const databases = readDatabases(env);
  const brokers = readBrokers(env);
  if (values.fresh) await dropDatabases(adminUrl);
  // Roles are shared by the whole server, so they are made one service after the other.
  for (const service of services) {
    await bootstrapDatabase({ adminUrl, service, passwords: passwordsOf(databases[service]) });
  }
  await Promise.all([createTopics(brokers, { log }), ...services.map((service) => migrateService(service, databases[service]))]);
}

async function migrateService(service: ServiceName, { migratorUrl }: ServiceDatabase): Promise<void> {
  const applied = await migrate({ url: migratorUrl, migrations: await migrationsOf[service](), log });
  if (applied.length > 0) print(`${service}: ${applied.length} migrations`);
}

/** For a developer's own server only: what listens elsewhere may be somebody's. */
async function dropDatabases(adminUrl: Secret): Promise<void> {
  const { hostname } = new URL(adminUrl.reveal());
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    throw failedPrecondition('SERVER_NOT_LOCAL', '--fresh drops databases on this machine only: drop linli_* on that server yourself');
  }
  const admin = new Client({ connectionString: adminUrl.reveal(), application_name: 'linli-operator' });
  await admin.connect();
  try {
    for (const service of services) await admin.query(`drop database if exists ${escapeIdentifier(`linli_${service}`)} with (force)`);
  } finally {
    await admin.end();
  }
}

function passwordsOf({ migratorUrl, appUrl, relayUrl }: ServiceDatabase): { migrator: string; app: string; relay: string } {
  const password = (url: Secret): string => decodeURIComponent(new URL(url.reveal()).password);
  return { migrator: password(migratorUrl), app: password(appUrl), relay: password(relayUrl) };
}
