import { coversUnit, type Caller } from '@linli/auth';
import type { organization } from '@linli/contracts';
import { notFound } from '@linli/errors';
import { compactLimit, readUuid, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { codeRule, readLink } from '../fields';
import { getUnitPath } from '../units/get-unit-path';
import { unitNotFound } from '../units/rules';
import type { Brand } from './brand';
import { publishBrand } from './publish-brand';
import { findPublicBrand, listVersions } from './store';

const mostParts = 20;

export function brandService(deps: Deps): organization.BrandServiceImplementation<RpcContext> {
  return {
    async publishBrand(request, { caller }) {
      const brand = await publishBrand(deps, caller, {
        unitId: readUuid(request.unitId, 'unit_id'),
        version: request.version,
        themeZh: requireText(request.themeZh, 'theme_zh', { max: 100 }),
        themeMn: requireText(request.themeMn, 'theme_mn', { max: 200, optional: true }),
        projects: request.projects.map(readProject),
        evidence: request.evidence.map(readEvidence),
        validFrom: readStart(deps, request),
      });
      return { brand: brandToWire(brand) };
    },
    listBrandVersions: (request, { caller }) => listPage(deps, caller, request),
    async getPublicBrand(request, { caller }) {
      const code = requireText(request.unitCode, 'unit_code', codeRule);
      const day = readDay(request.day, 'day', today(deps));
      const brand = await deps.db.withTenant(caller, (tx) => findPublicBrand(tx, { unitCode: code, today: today(deps), day }));
      if (brand === undefined) throw notFound('BRAND_NOT_FOUND', 'the community has no brand on that day');
      return { brand: brandToWire(brand) };
    },
  };
}

async function listPage(deps: Deps, caller: Caller, request: organization.ListBrandVersionsRequest): Promise<organization.ListBrandVersionsResponse> {
  const limit = compactLimit(request.pageSize);
  const unitId = readUuid(request.unitId, 'unit_id');
  const context = { list: 'brands', tenant: caller.tenantId, caller: caller.subject, unitId };
  const position = deps.pages.read(request.pageToken, context)?.[0];
  const found = await deps.db.withTenant(caller, async (tx) => {
    if (!coversUnit(caller, 'organization.brand.read', await getUnitPath(tx, unitId))) throw unitNotFound();
    return listVersions(tx, { unitId, before: position == null ? undefined : Number(position), limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ version }) => [version] });
  return { brands: shown.map(brandToWire), nextPageToken };
}

/** What was published stands: a version begins today or later. */
function readStart(deps: Pick<Deps, 'now'>, request: organization.PublishBrandRequest): string {
  if (request.projects.length > mostParts) throw violation('projects', 'too_many');
  if (request.evidence.length > mostParts) throw violation('evidence', 'too_many');
  const day = readDay(request.validFrom, 'valid_from', today(deps));
  if (day < today(deps)) throw violation('valid_from', 'in_past');
  return day;
}

function readProject({ nameZh, nameMn, summaryZh }: organization.BrandProject, at: number): Brand['projects'][number] {
  return {
    nameZh: requireText(nameZh, `projects[${at}].name_zh`, { max: 100 }),
    nameMn: requireText(nameMn, `projects[${at}].name_mn`, { max: 200, optional: true }),
    summaryZh: requireText(summaryZh, `projects[${at}].summary_zh`, { max: 500, optional: true }),
  };
}

function readEvidence({ textZh, url }: organization.BrandEvidence, at: number): Brand['evidence'][number] {
  return { textZh: requireText(textZh, `evidence[${at}].text_zh`, { max: 300 }), url: readLink(url, `evidence[${at}].url`) };
}

function brandToWire({ validTo = '', projects, evidence, ...rest }: Brand): organization.Brand {
  return { ...rest, validTo, projects: [...projects], evidence: [...evidence] };
}
