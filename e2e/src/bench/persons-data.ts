import { createHmac, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import type { OwnPlatform } from '../own-platform';
import { Random } from '../chaos/random';
import { copyRows, type Cell } from './copy';
import { databaseOf, residentId, tenant } from './office-data';

/** As many as live in a large sub-district. */
export const manyPersons = 150_000;

const seed = 20_261_125;
const columns = [
  'tenant_id', 'id', 'name_sealed', 'phone_sealed', 'phone_index', 'masked_name', 'masked_phone', 'masked_identity_number', 'preferred_language',
  'unit_id', 'unit_path', 'registered_at', 'version',
];

/** The residents of the cases and many more, with telephones to be found by. Sealed values are never opened here, so any bytes do. */
export async function fillPersons(platform: OwnPlatform, data: string): Promise<void> {
  const client = new Client({ connectionString: databaseOf(platform.adminUrl, 'linli_residents') });
  await client.connect();
  try {
    const index = phoneIndex(data);
    const last = await client.query<{ phone_index: Buffer }>('select phone_index from persons where tenant_id = $1 and id = $2', [tenant, residentId(manyPersons - 1)]);
    const found = last.rows[0]?.phone_index.toString('hex');
    if (found !== undefined && index(phoneOf(manyPersons - 1)).endsWith(found)) return;
    await client.query('delete from persons where tenant_id = $1 and id between $2 and $3', [tenant, residentId(0), residentId(manyPersons - 1)]);
    const units = await client.query<{ path: string }>(`select path from units where tenant_id = $1 and valid_to is null and path like '/%/%/%/' order by path`, [tenant]);
    const random = new Random(seed);
    const rows = function* (): Generator<Cell[]> {
      for (let n = 0; n < manyPersons; n += 1) {
        const { path: unitPath = '' } = units.rows[random.between(0, units.rows.length - 1)] ?? {};
        const phone = phoneOf(n);
        const sealed = String.raw`\x01`;
        const masked = `${phone.slice(0, 3)}****${phone.slice(-4)}`;
        yield [tenant, residentId(n), sealed, sealed, index(phone), '王*', masked, '', 'zh', unitPath.split('/').at(-2) ?? '', unitPath, '2026-01-05T01:00:00Z', 1];
      }
    };
    await client.query('set synchronous_commit = off');
    await copyRows({ client, table: 'persons', columns }, rows());
    await client.query('vacuum (analyze) persons');
  } finally {
    await client.end();
  }
}

/** Telephones of some of those who live at or below a unit, always the same ones. */
export async function phonesWithin({ adminUrl }: OwnPlatform, unitPath: string, many: number): Promise<string[]> {
  const client = new Client({ connectionString: databaseOf(adminUrl, 'linli_residents') });
  await client.connect();
  const { rows } = await client
    .query<{ id: string }>(
      `select id from persons where tenant_id = $1 and unit_path >= $2 and unit_path < $3 and id between $4 and $5 order by md5(id::text) limit $6`,
      [tenant, unitPath, `${unitPath.slice(0, -1)}0`, residentId(0), residentId(manyPersons - 1), many],
    )
    .finally(() => client.end());
  return rows.map(({ id }) => phoneOf(Number.parseInt(id.slice(-12), 16)));
}

/** Of the person `n`. Five people share one, as families do. */
function phoneOf(n: number): string {
  return `199${String(Math.floor(n / 5)).padStart(8, '0')}`;
}

/** The service's own blind index over a normalised telephone (services/residents/src/vault): were it another, no search would find anybody. */
function phoneIndex(data: string): (phone: string) => string {
  const { blindIndex } = JSON.parse(readFileSync(path.join(data, 'secrets.json'), 'utf8')) as { blindIndex: string };
  const key = Buffer.from(hkdfSync('sha256', Buffer.from(blindIndex, 'base64'), tenant, 'linli/residents/blind-index/phone/v1', 32));
  return (phone) => String.raw`\x` + createHmac('sha256', key).update(`+86${phone}`, 'utf8').digest('hex');
}
