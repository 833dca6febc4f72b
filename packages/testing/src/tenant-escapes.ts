/** What would let the app role out of its tenant, and must be refused: the words for the test's name, and the SQL. */
export function escapes(service: string): [what: string, sql: string][] {
  return [
    ['become the owner', `set role linli_${service}_migrator`],
    ['become the relay', `set role linli_${service}_relay`],
    ['become somebody else', `set session authorization linli_${service}_migrator`],
    ['read with the policies off', `set local row_security = off; select * from <table>`],
    ['switch the policies off', 'alter table <table> disable row level security'],
    ['make a policy', 'create policy everything on <table> using (true)'],
    ['drop a policy', 'drop policy tenant_isolation on <table>'],
    ['own a table', `alter table <table> owner to linli_${service}_app`],
    ['make a table', 'create table public.mine (id int)'],
    ['make a table of its session', 'create temporary table mine (id int)'],
    ['make a view', 'create view public.mine as select * from <table>'],
    ['make a function', `create function public.mine() returns int language sql as 'select 1'`],
    ['make a schema', 'create schema mine'],
    ['make an operator of its own', 'create extension dblink'],
    ['switch the triggers off', 'set session_replication_role = replica'],
    ['write a file of the server', `copy <table> to '/tmp/linli-stolen'`],
    ['run a program of the server', `copy <table> to program 'true'`],
    ['read a file of the server', `select pg_read_file('PG_VERSION')`],
  ];
}

/** Queries that must find nothing: what in the schema would be a way round the policies. */
export function loopholes(service: string): [what: string, query: string][] {
  const app = `linli_${service}_app`;
  const ofTenants = `exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)`;
  return [
    ['no role beside its own', `select roleid::regrole from pg_auth_members where member = '${app}'::regrole`],
    ['no power of its own', `select rolname from pg_roles where rolname = '${app}' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`],
    ['no object of its own', `select relname from pg_class where relowner = '${app}'::regrole`],
    ['no table without the policies forced', `select relname from pg_class c where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and ${ofTenants} and not (relrowsecurity and relforcerowsecurity)`],
    [
      'one policy on each table, and the same on all',
      `select c.relname, p.polname, pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid)
         from pg_class c left join pg_policy p on p.polrelid = c.oid and (p.polroles = '{0}' or '${app}'::regrole = any (p.polroles))
        where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and ${ofTenants}
          and (p.polname, p.polcmd, p.polpermissive, pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid))
              is distinct from ('tenant_isolation', '*', true, $$(tenant_id = current_setting('app.tenant_id'::text, true))$$, $$(tenant_id = current_setting('app.tenant_id'::text, true))$$)`,
    ],
    ['no unique key over all tenants', `select i.indexrelid::regclass from pg_index i join pg_class c on c.oid = i.indrelid where i.indisunique and c.relnamespace = 'public'::regnamespace and ${ofTenants} and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnum = i.indkey[0])`],
    [
      'no reference across tenants',
      `select conname from pg_constraint f join pg_class c on c.oid = f.confrelid
        where f.contype = 'f' and c.relnamespace = 'public'::regnamespace and ${ofTenants}
          and not exists (select from pg_attribute a, pg_attribute b, generate_subscripts(f.conkey, 1) as at
                           where a.attrelid = f.conrelid and b.attrelid = f.confrelid and a.attname = 'tenant_id' and b.attname = 'tenant_id'
                             and f.conkey[at] = a.attnum and f.confkey[at] = b.attnum)`,
    ],
    ['no view that reads as its owner', `select relname from pg_class where relnamespace = 'public'::regnamespace and (relkind = 'm' or (relkind = 'v' and not coalesce('security_invoker=true' = any (reloptions), false)))`],
    ['no function that runs as its owner', `select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef`],
    ['no sequence to count others by', `select relname from pg_class where relnamespace = 'public'::regnamespace and case relkind when 'S' then has_sequence_privilege('${app}', oid, 'USAGE, SELECT, UPDATE') else false end`],
    ['no right to change what all tenants share', `select relname from pg_class c where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and not ${ofTenants} and has_table_privilege('${app}', c.oid, 'INSERT, UPDATE, DELETE')`],
    ['no right to empty, watch or refer to a table', `select relname from pg_class c where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and has_table_privilege('${app}', c.oid, 'TRUNCATE, TRIGGER, REFERENCES')`],
  ];
}
