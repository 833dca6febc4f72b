import { Secret } from '@linli/config';
import type { Logger } from '@linli/telemetry';
import knexFactory, { type Knex } from 'knex';
import { Client } from 'pg';

export interface Migration {
  /** `20261124090000_create_cases`: sorts by time, never edited once merged. */
  readonly name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

interface MigrateOptions {
  /** The migrator role's URL. */
  readonly url: Secret | string;
  readonly migrations: readonly Migration[];
  readonly log: Logger;
}

// One number for all services: advisory locks are kept per database.
const migrationLock = 7_302_000_001;

/** Applies what is missing, in order, each in its own transaction. Two starters wait for each other. Returns the names applied. */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  return underLock(options, async (knex) => {
    const [, applied] = (await knex.migrate.latest()) as [number, string[]];
    if (applied.length > 0) options.log.info({ applied: applied.length }, 'migrations applied');
    return applied;
  });
}

/** Takes back everything, newest first. For tests and development only: production goes forward. */
export async function migrateDown(options: MigrateOptions): Promise<void> {
  await underLock(options, async (knex) => {
    await knex.migrate.rollback(undefined, true);
  });
}

async function underLock<T>(options: MigrateOptions, work: (knex: Knex) => Promise<T>): Promise<T> {
  const connectionString = options.url instanceof Secret ? options.url.reveal() : options.url;
  const lock = new Client({ connectionString, application_name: 'linli-migrate' });
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [migrationLock]);
    const knex = knexFactory({
      client: 'pg',
      connection: connectionString,
      pool: { min: 0, max: 1 },
      migrations: { tableName: 'schema_migrations', migrationSource: sourceOf(options.migrations) },
    });
    try {
      // Knex's own lock is a row that a killed migration leaves behind; ours ends with its connection, so that row is stale.
      if (await knex.schema.hasTable('schema_migrations_lock')) await knex.migrate.forceFreeMigrationsLock();
      return await work(knex);
    } finally {
      await knex.destroy();
    }
  } finally {
    await lock.end();
  }
}

function sourceOf(migrations: readonly Migration[]): Knex.MigrationSource<Migration> {
  return {
    getMigrations: () => Promise.resolve([...migrations].sort((a, b) => (a.name < b.name ? -1 : 1))),
    getMigrationName: (migration) => migration.name,
    getMigration: (migration) => Promise.resolve(migration),
  };
}
