import { openDatabase, openSystemDatabase, type Database, type Migration, type SystemDatabase } from '@linli/db';
import { createTestDatabase, silentLogger, type TestDatabase } from '@linli/testing';
import type { Knex } from 'knex';
import { createAuditTables, dropAuditTables } from '../src/index';

export const migrations: Migration[] = [{ name: '20261124090000_create_audit', up: createAuditTables, down: dropAuditTables }];

export interface AuditDatabase {
  readonly test: TestDatabase;
  readonly app: Database;
  readonly system: SystemDatabase;
  /** A superuser, that is the attacker whom no grant stops; triggers are switched off for it. */
  readonly attacker: Knex;
  close(): Promise<void>;
}

/** A fresh database for each test, closed and dropped after. */
export function useAuditDatabase(): Omit<AuditDatabase, 'close'> {
  let opened: AuditDatabase | undefined;
  beforeEach(async () => {
    opened = await openAuditDatabase();
  });
  afterEach(async () => {
    await opened?.close();
  });
  function present(): AuditDatabase {
    if (opened === undefined) throw new Error('use it inside a test');
    return opened;
  }
  return {
    get test() {
      return present().test;
    },
    get app() {
      return present().app;
    },
    get system() {
      return present().system;
    },
    get attacker() {
      return present().attacker;
    },
  };
}

async function openAuditDatabase(): Promise<AuditDatabase> {
  const test = await createTestDatabase({ name: 'audit', migrations });
  const log = silentLogger();
  const app = openDatabase({ url: test.appUrl, name: 'audit-test', log });
  const system = openSystemDatabase({ url: test.relayUrl, name: 'audit-test-relay', log });
  const url = new URL(test.adminUrl);
  url.searchParams.set('options', '-c session_replication_role=replica');
  const attacker = openSystemDatabase({ url: url.toString(), name: 'audit-attacker', log, poolSize: 1 });
  return {
    test,
    app,
    system,
    attacker: attacker.knex,
    async close() {
      await app.close();
      await system.close();
      await attacker.close();
      await test.drop();
    },
  };
}
