import { buffer } from 'node:stream/consumers';
import { organization } from '@linli/contracts';
import { holdsUnseen } from '@linli/grpc';
import { testCaller } from '@linli/testing';
import fc from 'fast-check';
import type { Clients } from '../clients';
import { exportSheet } from './export-sheet';
import { readOffice } from './read-office';

const kinds = Object.values(organization.UnitKind).filter((kind) => !/UNSPECIFIED|UNRECOGNIZED/.test(kind));
const scopes = Object.values(organization.GrantScope).filter((scope) => !/UNSPECIFIED|UNRECOGNIZED/.test(scope));

const code = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,8}$/);
/** Text as a service keeps it: trimmed, in NFC, with nothing that is not seen; often as a formula begins. */
const text = (max: number) =>
  fc
    .oneof(fc.string({ unit: 'grapheme', maxLength: max }), fc.tuple(fc.constantFrom('=', '+', '-', '@', "'", "'=", '＝', '_x000D_', '是', '007'), fc.string({ maxLength: 5 })).map((parts) => parts.join('')))
    .map((one) => one.normalize('NFC').trim())
    .filter((one) => one !== '' && !holdsUnseen(one) && [...one].length <= max);
const maybe = (one: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), one);
const phone = maybe(fc.stringMatching(/^\+?[0-9][0-9 -]{2,17}[0-9]$/));

const unit = fc.record({ code, parentCode: maybe(code), kind: fc.constantFrom(...kinds), nameZh: text(100), nameMn: maybe(text(200)) });
const post = fc.record({ unitCode: code, titleZh: text(60), primary: fc.boolean() });
const grant = fc.record({ role: code, scope: fc.constantFrom(...scopes), unitCode: maybe(code) });
const person = fc.record({
  code, name: text(100), workPhone: phone, identityIssuer: maybe(text(60)), identitySubject: maybe(text(60)), partnerCode: maybe(code),
  posts: fc.array(post, { maxLength: 3 }), grants: fc.array(grant, { maxLength: 3 }),
});
const office = fc.record({ units: fc.array(unit, { maxLength: 6 }), staff: fc.uniqueArray(person, { maxLength: 6, selector: (one) => one.code }), pageSize: fc.integer({ min: 1, max: 4 }) });

/** The service, with an office of these rows. */
function serviceOf(rows: { readonly units: organization.UnitRow[]; readonly staff: organization.StaffRow[] }, pageSize: number): Pick<Clients, 'imports'> {
  const all: Record<string, Partial<organization.ExportOrganizationResponse>[]> = {
    [organization.OrganizationPart.ORGANIZATION_PART_UNITS]: rows.units.map((one) => ({ units: [one] })),
    [organization.OrganizationPart.ORGANIZATION_PART_STAFF]: rows.staff.map((one) => ({ staff: [{ ...one, posts: [], grants: [] }] })),
    [organization.OrganizationPart.ORGANIZATION_PART_POSTS]: rows.staff.flatMap(({ code: staffCode, posts }) => posts.map((one) => ({ posts: [{ staffCode, post: one }] }))),
    [organization.OrganizationPart.ORGANIZATION_PART_GRANTS]: rows.staff.flatMap(({ code: staffCode, grants }) => grants.map((one) => ({ grants: [{ staffCode, grant: one }] }))),
  };
  const exportOrganization = async ({ part, pageToken }: organization.ExportOrganizationRequest) => {
    const from = Number(pageToken || '0');
    const here = all[part] ?? [];
    const page = here.slice(from, from + pageSize);
    return {
      units: page.flatMap((one) => one.units ?? []),
      staff: page.flatMap((one) => one.staff ?? []),
      posts: page.flatMap((one) => one.posts ?? []),
      grants: page.flatMap((one) => one.grants ?? []),
      nextPageToken: from + pageSize < here.length ? String(from + pageSize) : '',
      asOf: '2026-11-24',
    };
  };
  return { imports: { exportOrganization } } as never;
}

it('any office comes in again as the rows that it went out with', async () => {
  await fc.assert(
    fc.asyncProperty(office, async ({ units, staff, pageSize }) => {
      const { workbook } = await exportSheet(serviceOf({ units, staff }, pageSize), { caller: testCaller() });
      const { rows, problems } = await readOffice(await buffer(workbook));
      expect(problems.listed).toEqual([]);
      expect(rows.units).toEqual(units);
      expect(rows.staff).toMatchObject(staff);
    }),
    { numRuns: 150 },
  );
}, 60_000);
