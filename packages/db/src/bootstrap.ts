import { Secret } from '@linli/config';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';

export interface RolePasswords {
  readonly migrator: Secret | string;
  readonly app: Secret | string;
  readonly relay: Secret | string;
}

interface BootstrapOptions {
  /** A role that may create roles and databases. */
  readonly adminUrl: Secret | string;
  /** `requests` makes the roles `linli_requests_{migrator,app,relay}`. */
  readonly service: string;
  readonly passwords: RolePasswords;
  /** Defaults to `linli_<service>`. */
  readonly database?: string;
}

export interface ServiceUrls {
  readonly migratorUrl: string;
  readonly appUrl: string;
  readonly relayUrl: string;
}

// Set on the role, not in the connection string, so that it also holds behind a transaction pooler.
// Our statements are short: compiling one costs more than it saves.
const appSettings = { statement_timeout: '15s', lock_timeout: '5s', idle_in_transaction_session_timeout: '30s', jit: 'off' };

// The relay role looks again and again for work that is seldom there, and a prepared statement keeps its plan. One made while a
// table was empty would read and sort all of it once it is full: what the indexes give in order is to be taken in order.
const relaySettings = { ...appSettings, enable_seqscan: 'off', enable_sort: 'off' };

/** Makes or mends a service's three roles and its database. Safe to repeat and to race. */
export async function bootstrapDatabase(options: BootstrapOptions): Promise<ServiceUrls> {
  const { service, passwords } = options;
  const database = options.database ?? `linli_${service}`;
  const names = { migrator: `linli_${service}_migrator`, app: `linli_${service}_app`, relay: `linli_${service}_relay` };
  await withClient(text(options.adminUrl), async (admin) => {
    await admin.query('select pg_advisory_lock(7302000002)');
    await createRole(admin, names.migrator, { password: text(passwords.migrator) });
    await createRole(admin, names.app, { password: text(passwords.app), settings: appSettings });
    await createRole(admin, names.relay, { password: text(passwords.relay), settings: relaySettings });
    await admin.query(`grant ${escapeIdentifier(names.migrator)} to current_user`);
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [database]);
    if (rowCount === 0) {
      await admin.query(`create database ${escapeIdentifier(database)} owner ${escapeIdentifier(names.migrator)}`);
    }
    await admin.query(`revoke connect, temporary on database ${escapeIdentifier(database)} from public`);
    await admin.query(
      `grant connect on database ${escapeIdentifier(database)} to ${escapeIdentifier(names.app)}, ${escapeIdentifier(names.relay)}`,
    );
    // Still under the lock: two at once may fail with "tuple concurrently updated".
    await withClient(withDatabase(text(options.adminUrl), database), async (admin) => {
      await admin.query(`alter schema public owner to ${escapeIdentifier(names.migrator)}`);
      await admin.query('revoke all on schema public from public');
      await admin.query(`grant usage on schema public to ${escapeIdentifier(names.app)}, ${escapeIdentifier(names.relay)}`);
    });
  });
  const server = withDatabase(text(options.adminUrl), database);
  return {
    migratorUrl: urlFor(server, names.migrator, passwords.migrator),
    appUrl: urlFor(server, names.app, passwords.app),
    relayUrl: urlFor(server, names.relay, passwords.relay),
  };
}

async function createRole(
  admin: Client,
  name: string,
  { password, settings = {} }: { password: string; settings?: Record<string, string> },
): Promise<void> {
  const { rowCount } = await admin.query('select 1 from pg_roles where rolname = $1', [name]);
  const role = escapeIdentifier(name);
  if (rowCount === 0) await admin.query(`create role ${role}`);
  await admin.query(`alter role ${role} login nosuperuser nobypassrls nocreatedb nocreaterole password ${escapeLiteral(password)}`);
  for (const [setting, value] of Object.entries(settings)) {
    await admin.query(`alter role ${role} set ${setting} = ${escapeLiteral(value)}`);
  }
}

async function withClient(connectionString: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString, application_name: 'linli-bootstrap' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function text(value: Secret | string): string {
  return value instanceof Secret ? value.reveal() : value;
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}

function urlFor(server: string, role: string, password: Secret | string): string {
  const url = new URL(server);
  url.username = role;
  url.password = encodeURIComponent(text(password));
  return url.toString();
}
