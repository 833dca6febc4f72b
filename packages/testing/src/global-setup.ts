import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Jest's global set-up: uses the servers given in the environment, else starts PostgreSQL and Kafka for this run.
 * They stop when their input closes, that is when jest ends, however it ends.
 */
export default async function globalSetup(): Promise<void> {
  if (process.env['LINLI_TEST_DATABASE_URL'] && process.env['LINLI_TEST_KAFKA_BROKERS']) return;
  const script = path.join(__dirname, '../../../infra/local/servers.ts');
  const servers = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: servers.stdout })) {
    if (!line.startsWith('{')) continue;
    const { databaseUrl, brokers } = JSON.parse(line) as { databaseUrl: string; brokers: string };
    process.env['LINLI_TEST_DATABASE_URL'] = databaseUrl;
    process.env['LINLI_TEST_KAFKA_BROKERS'] = brokers;
    servers.unref();
    for (const pipe of [servers.stdin, servers.stdout]) (pipe as unknown as Socket).unref();
    return;
  }
  throw new Error('the test servers did not start: see the lines above');
}
