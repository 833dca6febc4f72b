import { openSystemDatabase } from '@linli/db';
import { createLogger, createMetrics } from '@linli/telemetry';
import { createRelay } from '../src';

// A relay in a process of its own, for a test to kill or to freeze: `relay-process.ts <database url> <brokers> <client id>`.
const [url = '', brokers = '', clientId = ''] = process.argv.slice(2);
const log = createLogger(clientId, { level: 'silent' });
const database = openSystemDatabase({ url, name: clientId, log });
const relay = createRelay({
  database,
  brokers: brokers.split(','),
  clientId,
  source: `linli/${clientId}`,
  log,
  metrics: createMetrics(clientId),
  leaseMs: 1_000,
});
void relay.start();
