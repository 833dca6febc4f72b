import { runRestate } from '@linli/operator';
import { eventually } from '@linli/testing';
import { Client } from 'pg';
import { startPlatform, type Platform } from './platform';

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
}, 90_000);

afterAll(() => platform.stop(), 30_000);

async function rows(service: 'organization' | 'residents' | 'requests', sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: platform.databases[service].adminUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const projections = [
  ['requests', 'directory_units', 'tenant_id, id, path, kind, code, valid_to'],
  ['requests', 'directory_staff', 'tenant_id, id, active, partner_id, absences, (select jsonb_agg(post order by post) from jsonb_array_elements(posts) post) as posts, owner_id, standing_in'],
  ['requests', 'directory_coordinators', 'tenant_id, grant_id, staff_id, revoked'],
  ['residents', 'units', 'tenant_id, id, path, valid_to'],
] as const;

/** All platforms of a run share one broker, so the copies hold other platforms' offices too. */
function ours(): string {
  return `tenant_id in ('${platform.tenantId}', '${platform.otherTenantId}')`;
}

async function picture(): Promise<unknown[]> {
  return Promise.all(projections.map(([service, table, columns]) => rows(service, `select ${columns} from ${table} where ${ours()} order by 1, 2`)));
}

describe('a reader whose events are gone from the topics', () => {
  it('has the whole office again once it is restated, and a second time changes nothing', async () => {
    const versions = (table: string): string => `select id, version::int from ${table} where ${ours()} order by id`;
    const coordinators = await rows('organization', `select from role_grants where ${ours()} and role = 'coordinator' and principal_kind = 'staff'`);
    await eventually(async () => {
      // Units, staff and grants come on topics of their own, each in its own time.
      const units = await rows('organization', versions('units'));
      expect(await rows('requests', versions('directory_units'))).toEqual(units);
      expect(await rows('residents', versions('units'))).toEqual(units);
      expect(await rows('requests', versions('directory_staff'))).toEqual(await rows('organization', versions('staff')));
      expect(await rows('requests', `select from directory_coordinators where ${ours()}`)).toHaveLength(coordinators.length);
    }, { timeoutMs: 60_000 });
    const before = await picture();
    expect(before.every((table) => Array.isArray(table) && table.length > 0)).toBe(true);

    // Its place in the topics stays where it is, behind everything: nothing of this comes again by itself.
    for (const [service, table] of projections) await rows(service, `delete from ${table} where ${ours()}`);
    await runRestate(['--tenant', platform.tenantId, '--tenant', platform.otherTenantId], platform.operator);
    await eventually(async () => expect(await picture()).toEqual(before), { timeoutMs: 60_000 });

    await runRestate(['--tenant', platform.tenantId], platform.operator);
    const own = await rows('organization', versions('staff'));
    await eventually(async () => expect(await rows('requests', versions('directory_staff'))).toEqual(own), { timeoutMs: 60_000 });
    expect(await picture()).toEqual(before);
  }, 240_000);
});
