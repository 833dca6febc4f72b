export { testCaller, testKeys, type TestKeys } from './callers';
export { fixedClock, type TestClock } from './clock';
export { testServers, updatesSnapshot } from './config';
export { createTestDatabase, type TestDatabase } from './database';
export { eventually } from './eventually';
export { openGate, openGateTo, type Gate } from './gate';
export { startTestIssuer, type TestIssuer } from './issuer';
export { makeKeyPair, signWith } from './jws';
export { testSchema } from './schema';
export { testTenantIsolation } from './tenant-isolation';
export { tokenKit, tokenMutations, type TokenKit, type TokenMutation } from './token-mutations';
export { captureLogger, silentLogger } from './logs';

import { testServers } from './config';

/** A real Apache Kafka, never a mock. */
export function testBrokers(): string[] {
  return [...testServers().brokers];
}
