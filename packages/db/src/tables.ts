import type { Knex } from 'knex';

export type Grant = 'select' | 'insert' | 'update' | 'delete';

export interface RoleNames {
  readonly app: string;
  readonly relay: string;
  readonly migrator: string;
}

/** Migrations run as `linli_<service>_migrator`; the two other roles differ from it by their last word only. */
export async function roleNames(knex: Knex): Promise<RoleNames> {
  const { rows } = await knex.raw<{ rows: { migrator: string }[] }>('select current_user::text as migrator');
  const migrator = rows[0]?.migrator ?? '';
  const stem = migrator.replace(/_migrator$/, '');
  return { migrator, app: `${stem}_app`, relay: `${stem}_relay` };
}

/**
 * Makes a table of one tenant's rows: `tenant_id` first in the primary key, row-level security on and forced,
 * the app role confined to `app.tenant_id`, and grants. `relay` lets the relay role work across tenants.
 */
// eslint-disable-next-line max-params -- knex, name, columns, rules: it reads as a sentence in every migration
export async function createTenantTable(
  knex: Knex,
  table: string,
  build: (columns: Knex.CreateTableBuilder) => void,
  options: { readonly key: readonly string[]; readonly grants?: readonly Grant[]; readonly relay?: readonly Grant[] },
): Promise<void> {
  const roles = await roleNames(knex);
  await knex.schema.createTable(table, (columns) => {
    columns.text('tenant_id').notNullable().checkRegex('^[a-z][a-z0-9-]{1,30}$', `${table}_tenant_id_check`);
    build(columns);
    columns.primary(['tenant_id', ...options.key], { constraintName: `${table}_pkey` });
  });
  await knex.raw('alter table ?? enable row level security', [table]);
  await knex.raw('alter table ?? force row level security', [table]);
  // An unset or emptied setting equals no tenant, so it shows no row.
  await knex.raw(
    `create policy tenant_isolation on ?? to ?? using (tenant_id = current_setting('app.tenant_id', true))
       with check (tenant_id = current_setting('app.tenant_id', true))`,
    [table, roles.app],
  );
  await grant(knex, table, { role: roles.app, rights: options.grants ?? ['select', 'insert', 'update', 'delete'] });
  if (options.relay !== undefined) {
    await knex.raw('create policy relay_across_tenants on ?? to ?? using (true) with check (true)', [table, roles.relay]);
    await grant(knex, table, { role: roles.relay, rights: options.relay });
  }
}

/** Makes a table that holds no tenant's data: law, or machinery such as lanes and processed event ids. */
// eslint-disable-next-line max-params -- as createTenantTable
export async function createSharedTable(
  knex: Knex,
  table: string,
  build: (columns: Knex.CreateTableBuilder) => void,
  options: { readonly grants?: readonly Grant[]; readonly relay?: readonly Grant[] },
): Promise<void> {
  const roles = await roleNames(knex);
  await knex.schema.createTable(table, build);
  await grant(knex, table, { role: roles.app, rights: options.grants ?? [] });
  await grant(knex, table, { role: roles.relay, rights: options.relay ?? [] });
}

/**
 * Migration helper: `work` sees and changes the rows of every tenant in the tables, which the policies forbid their owner too.
 * They are forced again before the migration commits.
 */
export async function acrossTenants(knex: Knex, tables: readonly string[], work: () => Promise<void>): Promise<void> {
  for (const table of tables) await knex.raw('alter table ?? no force row level security', [table]);
  await work();
  for (const table of tables) await knex.raw('alter table ?? force row level security', [table]);
}

async function grant(knex: Knex, table: string, { role, rights }: { role: string; rights: readonly Grant[] }): Promise<void> {
  if (rights.length > 0) await knex.raw(`grant ${rights.join(', ')} on ?? to ??`, [table, role]);
}
