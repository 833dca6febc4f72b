import { coversUnit, unitScopes } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { codeRule, readContactPhone } from '../fields';
import { getOpenCommunity } from '../units/get-public-path';
import { getUnitPath } from '../units/get-unit-path';
import { unitNotFound } from '../units/rules';
import { kindOnWire } from '../units/wire';
import type { Branch } from './branch';
import { dissolveBranch, establishBranch, updateBranch } from './change-branch';
import { getDevelopmentCount, recordDevelopmentCount } from './development';
import { branchNotFound } from './rules';
import { countCoverage, findBranch, listCoverage, listPublicBranches } from './store';
import { branchKindOnWire, branchToWire } from './wire';

const read = 'organization.branch.read';
const nameRule = { max: 100 };

export function coverageService(deps: Deps): organization.CoverageServiceImplementation<RpcContext> {
  const refOf = ({ branchId, version }: { branchId: string; version: number }) => ({ branchId: readUuid(branchId, 'branch_id'), version });
  const answer = (branch: Branch) => ({ branch: branchToWire(branch) });
  return {
    async establishBranch(request, { caller }) {
      const branch = await establishBranch(deps, caller, {
        request: requestKey(caller, organization.EstablishBranchRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        facts: {
          kind: branchKindOnWire.fromWire(request.kind, 'kind'),
          nameZh: requireText(request.nameZh, 'name_zh', nameRule),
          contactPhone: readContactPhone(request.contactPhone),
          validFrom: readDay(request.validFrom, 'valid_from', today(deps)),
        },
      });
      return answer(branch);
    },
    async updateBranch(request, { caller }) {
      const { nameZh, contactPhone } = request;
      const change = {
        ...(nameZh !== undefined && { nameZh: requireText(nameZh, 'name_zh', nameRule) }),
        ...(contactPhone !== undefined && { contactPhone: readContactPhone(contactPhone) }),
      };
      return answer(await updateBranch(deps, caller, { ...refOf(request), change }));
    },
    async dissolveBranch(request, { caller }) {
      return answer(await dissolveBranch(deps, caller, { ...refOf(request), validTo: readDay(request.validTo, 'valid_to', today(deps)) }));
    },
    async getBranch(request, { caller }) {
      const id = readUuid(request.branchId, 'branch_id');
      const branch = await deps.db.withTenant(caller, (tx) => findBranch(tx, id));
      if (branch === undefined || !coversUnit(caller, read, branch.unitPath)) throw branchNotFound();
      return answer(branch);
    },
    listCoverage: (request, { caller }) => listPage(deps, caller, request),
    async listPublicBranches(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const code = requireText(request.code, 'code', codeRule);
      const context = { list: 'public_branches', tenant: caller.tenantId, caller: caller.subject, code };
      const [unitPath, id] = deps.pages.read(request.pageToken, context) ?? [];
      const after = unitPath == null ? undefined : { unitPath: String(unitPath), id: String(id) };
      const day = today(deps);
      const found = await deps.db.withTenant(caller, async (tx) => listPublicBranches(tx, { under: (await getOpenCommunity(tx, code, day)).path, day, after, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.unitPath, last.id] });
      return { branches: shown.map(({ id: _id, unitPath: _path, kind, ...rest }) => ({ ...rest, kind: branchKindOnWire.toWire(kind) })), nextPageToken };
    },
    async recordDevelopmentCount({ unitId, year, version, activists, admitted }, { caller }) {
      const counted = { unitId: readUuid(unitId, 'unit_id'), year: readYear(year), version, activists: readFigure(activists, 'activists'), admitted: readFigure(admitted, 'admitted') };
      return { count: await recordDevelopmentCount(deps, caller, counted) };
    },
    async getDevelopmentCount({ unitId, year }, { caller }) {
      return { count: await getDevelopmentCount(deps, caller, { unitId: readUuid(unitId, 'unit_id'), year: readYear(year) }) };
    },
  };
}

async function listPage(deps: Deps, caller: RpcContext['caller'], request: organization.ListCoverageRequest): Promise<organization.ListCoverageResponse> {
  const underId = readUuid(request.underUnitId, 'under_unit_id');
  const asOf = readDay(request.asOf, 'as_of', today(deps));
  const limit = compactLimit(request.pageSize);
  const { openOnly } = request;
  const context = { list: 'coverage', tenant: caller.tenantId, caller: caller.subject, under: underId, asOf, openOnly };
  const afterPath = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const { found, totals } = await deps.db.withTenant(caller, async (tx) => {
    const under = await getUnitPath(tx, underId);
    if (!coversUnit(caller, read, under)) throw unitNotFound();
    const filter = { scopes: unitScopes(caller, read), under, asOf };
    return { found: await listCoverage(tx, { ...filter, openOnly, afterPath, limit: limit + 1 }), totals: await countCoverage(tx, filter) };
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.unit.path] });
  const units = shown.map(({ unit, branchId = '' }) => ({ unitId: unit.id, kind: kindOnWire.toWire(unit.kind), unitPath: unit.path, code: unit.code, nameZh: unit.nameZh, branchId }));
  return { units, totals, nextPageToken };
}

function readYear(year: number): number {
  if (year < 1950 || year > 2199) throw violation('year', 'out_of_range');
  return year;
}

function readFigure(figure: number, field: string): number {
  if (figure < 0 || figure > 100_000) throw violation(field, 'out_of_range');
  return figure;
}
