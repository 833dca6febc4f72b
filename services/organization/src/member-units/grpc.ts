import { coversUnit, unitScopes } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { codeRule, readContactPhone } from '../fields';
import { getUnitPath } from '../units/get-unit-path';
import { unitNotFound } from '../units/rules';
import { leaveMemberUnit, updateMemberUnit } from './change-member-unit';
import { joinMemberUnit } from './join-member-unit';
import { memberUnitNotFound } from './rules';
import { findMemberUnit, listMemberUnits } from './store';
import { memberUnitKindOnWire, memberUnitToWire } from './wire';

const read = 'organization.member_unit.read';
const nameRule = { max: 100 };
const contactRule = { max: 60, optional: true };

export function memberUnitService(deps: Deps): organization.MemberUnitServiceImplementation<RpcContext> {
  return {
    async joinMemberUnit(request, { caller }) {
      const memberUnit = await joinMemberUnit(deps, caller, {
        request: requestKey(caller, organization.JoinMemberUnitRequest, request),
        code: requireText(request.code, 'code', codeRule),
        nameZh: requireText(request.nameZh, 'name_zh', nameRule),
        kind: memberUnitKindOnWire.fromWire(request.kind, 'kind'),
        unitId: readUuid(request.unitId, 'unit_id'),
        contactName: requireText(request.contactName, 'contact_name', contactRule),
        contactPhone: readContactPhone(request.contactPhone),
        joinedOn: readDay(request.joinedOn, 'joined_on', today(deps)),
      });
      return { memberUnit: memberUnitToWire(memberUnit) };
    },
    async updateMemberUnit({ memberUnitId, version, nameZh, contactName, contactPhone }, { caller }) {
      const changed = {
        ...(nameZh === undefined ? {} : { nameZh: requireText(nameZh, 'name_zh', nameRule) }),
        ...(contactName === undefined ? {} : { contactName: requireText(contactName, 'contact_name', contactRule) }),
        ...(contactPhone === undefined ? {} : { contactPhone: readContactPhone(contactPhone) }),
      };
      const memberUnit = await updateMemberUnit(deps, caller, { memberUnitId: readUuid(memberUnitId, 'member_unit_id'), version, changed });
      return { memberUnit: memberUnitToWire(memberUnit) };
    },
    async leaveMemberUnit(request, { caller }) {
      const memberUnitId = readUuid(request.memberUnitId, 'member_unit_id');
      const leftOn = readDay(request.leftOn, 'left_on', today(deps));
      return { memberUnit: memberUnitToWire(await leaveMemberUnit(deps, caller, { memberUnitId, version: request.version, leftOn })) };
    },
    async getMemberUnit(request, { caller }) {
      const id = readUuid(request.memberUnitId, 'member_unit_id');
      const memberUnit = await deps.db.withTenant(caller, (tx) => findMemberUnit(tx, id));
      if (memberUnit === undefined || !coversUnit(caller, read, memberUnit.unitPath)) throw memberUnitNotFound();
      return { memberUnit: memberUnitToWire(memberUnit) };
    },
    async listMemberUnits(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const underId = request.underUnitId === '' ? undefined : readUuid(request.underUnitId, 'under_unit_id');
      const day = readDay(request.asOf, 'as_of', today(deps));
      const context = { list: 'member_units', tenant: caller.tenantId, caller: caller.subject, under: underId, asOf: request.asOf };
      const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const found = await deps.db.withTenant(caller, async (tx) => {
        const under = underId === undefined ? undefined : await getUnitPath(tx, underId);
        if (under !== undefined && !coversUnit(caller, read, under)) throw unitNotFound();
        return listMemberUnits(tx, { scopes: unitScopes(caller, read), under, day, afterId, limit: limit + 1 });
      });
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { memberUnits: shown.map(memberUnitToWire), nextPageToken };
    },
  };
}
