export { testCaller, testKeys, type TestKeys } from './callers';
export { fixedClock, type TestClock } from './clock';
export { seededChance, type Chance } from './chance';
export { testServers, updatesSnapshot } from './config';
export { createTestDatabase, type TestDatabase } from './database';
export { eventually } from './eventually';
export { explainSent, rowsRead, type PlanNode } from './explain';
export { openGate, openGateTo, type Gate, type Tap } from './gate';
export { startTestIssuer, type TestIssuer } from './issuer';
export { makeKeyPair, signWith } from './jws';
export { openTx, type OpenTx } from './open-tx';
export { testSchema } from './schema';
export { assertHeld, simulatedRuns } from './simulated-runs';
export { processOf, sessionOf, SimulatedDatabase, simulatedSystem } from './simulated-database';
export { DatabaseFault, SimulatedTable, type Session } from './simulated-session';
export { SimulatedProcess, Simulation, type Answer, type CrashPoint } from './simulation';
export { testTenantIsolation } from './tenant-isolation';
export { tokenKit, tokenMutations, type TokenKit, type TokenMutation } from './token-mutations';
export { captureLogger, silentLogger } from './logs';

import { testServers } from './config';

/** A real Apache Kafka, never a mock. */
export function testBrokers(): string[] {
  return [...testServers().brokers];
}
