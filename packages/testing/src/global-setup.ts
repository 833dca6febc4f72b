import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

// Jest keeps this module alive between set-up and tear-down; the process handle has nowhere else to live.
const started: { servers?: ChildProcess } = {};

/** Jest's global set-up: uses the servers given in the environment, else starts PostgreSQL and Kafka for this run. */
export default async function globalSetup(): Promise<void> {
  if (process.env['LINLI_TEST_DATABASE_URL'] && process.env['LINLI_TEST_KAFKA_BROKERS']) return;
  const script = path.join(__dirname, '../../../infra/local/servers.ts');
  const servers = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.servers = servers;
  for await (const line of createInterface({ input: servers.stdout })) {
    if (!line.startsWith('{')) continue;
    const { databaseUrl, brokers } = JSON.parse(line) as { databaseUrl: string; brokers: string };
    process.env['LINLI_TEST_DATABASE_URL'] = databaseUrl;
    process.env['LINLI_TEST_KAFKA_BROKERS'] = brokers;
    return;
  }
  throw new Error('the test servers did not start: see the lines above');
}

/** The servers stop when their input closes. */
export function stopServers(): void {
  started.servers?.stdin?.end();
}
