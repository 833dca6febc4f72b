import type { Caller } from '@linli/auth';
import type { organization } from '@linli/contracts';
import { compactLimit, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { codeRule, readLink } from '../fields';
import type { ConductRules } from './conduct-rules';
import { publishRules } from './publish-rules';
import { listInForce, listVersions } from './store';

const mostRules = 50;

export function conductService(deps: Deps): organization.ConductServiceImplementation<RpcContext> {
  return {
    async publishConductRules(request, { caller }) {
      const { rulesZh, version } = request;
      if (rulesZh.length === 0) throw violation('rules_zh', 'required');
      if (rulesZh.length > mostRules) throw violation('rules_zh', 'too_many');
      const validFrom = readDay(request.validFrom, 'valid_from', today(deps));
      if (validFrom < today(deps)) throw violation('valid_from', 'in_past');
      const rules = await publishRules(deps, caller, {
        code: requireText(request.code, 'code', codeRule),
        version,
        titleZh: requireText(request.titleZh, 'title_zh', { max: 100 }),
        rulesZh: rulesZh.map((text, at) => requireText(text, `rules_zh[${at}]`, { max: 500 })),
        complaintUrl: readLink(request.complaintUrl, 'complaint_url'),
        complaintHintZh: requireText(request.complaintHintZh, 'complaint_hint_zh', { max: 300 }),
        validFrom,
      });
      return { rules: rulesToWire(rules) };
    },
    listConductVersions: (request, { caller }) => listPage(deps, caller, request),
    async getPublicConductRules(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const day = readDay(request.day, 'day', today(deps));
      const context = { list: 'public_conduct', tenant: caller.tenantId, caller: caller.subject, day };
      const afterCode = deps.pages.read(request.pageToken, context)?.[0]?.toString() ?? '';
      const found = await deps.db.withTenant(caller, (tx) => listInForce(tx, { day, afterCode, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ code }) => [code] });
      return { rules: shown.map(rulesToWire), nextPageToken };
    },
  };
}

async function listPage(deps: Deps, caller: Caller, request: organization.ListConductVersionsRequest): Promise<organization.ListConductVersionsResponse> {
  const limit = compactLimit(request.pageSize);
  const code = requireText(request.code, 'code', codeRule);
  const context = { list: 'conduct', tenant: caller.tenantId, caller: caller.subject, code };
  const position = deps.pages.read(request.pageToken, context)?.[0];
  const found = await deps.db.withTenant(caller, (tx) => listVersions(tx, { code, before: position == null ? undefined : Number(position), limit: limit + 1 }));
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ version }) => [version] });
  return { versions: shown.map(rulesToWire), nextPageToken };
}

function rulesToWire({ validTo = '', rulesZh, ...rest }: ConductRules): organization.ConductRules {
  return { ...rest, validTo, rulesZh: [...rulesZh] };
}
