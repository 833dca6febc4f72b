import type { Knex } from 'knex';

const parts: Readonly<Record<string, string>> = {
  columns: `
    select format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
             case when a.attnotnull then ' not null' else '' end,
             coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')) as line
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
     order by c.relname, a.attnum`,
  constraints: `
    select format('%s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as line from pg_constraint
     where connamespace = 'public'::regnamespace and contype <> 'n' order by conrelid::regclass::text, conname`,
  indexes: `select indexdef as line from pg_indexes where schemaname = 'public' order by tablename, indexname`,
  'row-level security': `
    select format('%s%s%s', relname, case when relrowsecurity then ' enabled' else ' OFF' end,
             case when relforcerowsecurity then ' forced' else ' NOT FORCED' end) as line
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname`,
  policies: `
    select format('%s.%s %s to %s using %s check %s', tablename, policyname, cmd, roles, qual, with_check) as line
      from pg_policies where schemaname = 'public' order by tablename, policyname`,
  grants: `
    select format('%s to %s: %s', table_name, grantee, string_agg(privilege_type, ', ' order by privilege_type)) as line
      from information_schema.role_table_grants
     where table_schema = 'public' and grantee <> grantor and grantee not like 'pg\\_%' and grantee <> 'postgres'
     group by table_name, grantee order by table_name, grantee`,
  'grants of columns': `
    select format('%s (%s) to %s: %s', a.attrelid::regclass, a.attname, acl.grantee::regrole, acl.privilege_type) as line
      from pg_attribute a join pg_class c on c.oid = a.attrelid, aclexplode(a.attacl) acl
     where c.relnamespace = 'public'::regnamespace order by 1`,
  triggers: `
    select pg_get_triggerdef(oid) as line from pg_trigger where not tgisinternal order by tgrelid::regclass::text, tgname`,
  functions: `
    select pg_get_functiondef(p.oid) as line from pg_proc p left join pg_depend d on d.objid = p.oid and d.deptype = 'e'
     where p.pronamespace = 'public'::regnamespace and d.objid is null order by proname`,
};

/** The schema as text, one fact a line, the same for the same schema: committed and diffed by each service's tests. */
export async function describeSchema(knex: Knex): Promise<string> {
  const sections: string[] = [];
  for (const [title, sql] of Object.entries(parts)) {
    const { rows } = await knex.raw<{ rows: { line: string }[] }>(sql);
    const lines = rows.map((row) => row.line).filter((line) => !line.startsWith('schema_migrations'));
    sections.push(`-- ${title}`, ...lines, '');
  }
  return sections.join('\n');
}
