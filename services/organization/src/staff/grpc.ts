import { coversUnit, unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { compactLimit, readUuid, readUuids, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readAsOf, readDay, today } from '../days';
import type { Deps } from '../deps';
import { codeRule, readIdentityOrNone, readTime, readWorkPhone } from '../fields';
import { getUnitPath } from '../units/get-unit-path';
import { unitNotFound } from '../units/rules';
import { endAbsenceOf, startAbsenceOf } from './change-absence';
import { assignPostTo, endPostOf } from './change-posts';
import { createStaff } from './create-staff';
import { deactivateStaff } from './deactivate-staff';
import { coversStaff, type StaffRef } from './lock-for-change';
import { staffNotFound, type StaffFacts } from './rules';
import { setPartner } from './set-partner';
import type { Staff } from './staff';
import { findStaff, findStaffIn, listStaff, type StaffFilter } from './store';
import { updateStaff } from './update-staff';
import { leadOnWire, staffToWire } from './wire';

const read = 'organization.staff.read';

export function staffService(deps: Deps): organization.StaffServiceImplementation<RpcContext> {
  const onWire = (staff: Staff) => staffToWire(staff, deps.now());
  return {
    async createStaff(request, { caller }) {
      const staff = await createStaff(deps, caller, {
        request: requestKey(caller, organization.CreateStaffRequest, request),
        code: requireText(request.code, 'code', codeRule),
        name: requireText(request.name, 'name', { max: 100 }),
        workPhone: readWorkPhone(request.workPhone),
        identity: readIdentityOrNone(request),
      });
      return { staff: onWire(staff) };
    },
    async updateStaff(request, { caller }) {
      return { staff: onWire(await updateStaff(deps, caller, { ...readRef(request), facts: readFacts(request) })) };
    },
    async deactivateStaff(request, { caller }) {
      return { staff: onWire(await deactivateStaff(deps, caller, readRef(request))) };
    },
    async assignPost(request, { caller }) {
      const staff = await assignPostTo(deps, caller, {
        ...readRef(request),
        request: requestKey(caller, organization.AssignPostRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        titleZh: requireText(request.titleZh, 'title_zh', { max: 60 }),
        primary: request.primary,
        lead: leadOnWire.fromWireOrNone(request.lead, 'lead'),
        validFrom: readDay(request.validFrom, 'valid_from', today(deps)),
      });
      return { staff: onWire(staff) };
    },
    async endPost(request, { caller }) {
      const postId = readUuid(request.postId, 'post_id');
      const validTo = readDay(request.validTo, 'valid_to', today(deps));
      return { staff: onWire(await endPostOf(deps, caller, { ...readRef(request), postId, validTo })) };
    },
    async setPartner(request, { caller }) {
      const partnerId = request.partnerId === '' ? '' : readUuid(request.partnerId, 'partner_id');
      return { staff: onWire(await setPartner(deps, caller, { ...readRef(request), partnerId })) };
    },
    async startAbsence(request, { caller }) {
      const standInId = request.standInId === '' ? undefined : readUuid(request.standInId, 'stand_in_id');
      const absence = { from: readTime(request.from, 'from') ?? deps.now(), until: readTime(request.until, 'until'), standInId };
      return { staff: onWire(await startAbsenceOf(deps, caller, { ...readRef(request), absence })) };
    },
    async endAbsence(request, { caller }) {
      const absenceId = request.absenceId === '' ? undefined : readUuid(request.absenceId, 'absence_id');
      return { staff: onWire(await endAbsenceOf(deps, caller, { ...readRef(request), absenceId })) };
    },
    async getStaff(request, { caller }) {
      const id = readUuid(request.staffId, 'staff_id');
      const staff = await deps.db.withTenant(caller, (tx) => findStaff(tx, id));
      if (staff === undefined || !coversStaff(caller, read, { staff, day: today(deps) })) throw staffNotFound();
      return { staff: onWire(staff) };
    },
    async batchGetStaff(request, { caller }) {
      const ids = readUuids(request.staffIds, 'staff_ids', 200);
      const found = await deps.db.withTenant(caller, (tx) => findStaffIn(tx, ids, visibleTo(deps, caller, undefined)));
      return { staff: found.map(onWire) };
    },
    listStaff: (request, { caller }) => listPage(deps, caller, request),
  };
}

/** @throws invalid_argument for facts that none are, and when nothing is set. */
function readFacts({ name, workPhone, identityIssuer, identitySubject }: organization.UpdateStaffRequest): StaffFacts {
  const hasIdentity = identityIssuer !== undefined || identitySubject !== undefined;
  if (name === undefined && workPhone === undefined && !hasIdentity) throw violation('name', 'required');
  return {
    ...(name === undefined ? {} : { name: requireText(name, 'name', { max: 100 }) }),
    ...(workPhone === undefined ? {} : { workPhone: readWorkPhone(workPhone) }),
    ...(hasIdentity ? { identity: readIdentityOrNone({ identityIssuer: identityIssuer ?? '', identitySubject: identitySubject ?? '' }) } : {}),
  };
}

async function listPage(
  deps: Deps,
  caller: Caller,
  request: organization.ListStaffRequest,
): Promise<{ staff: organization.Staff[]; nextPageToken: string }> {
  const limit = compactLimit(request.pageSize);
  const underId = request.underUnitId === '' ? undefined : readUuid(request.underUnitId, 'under_unit_id');
  const asOf = readAsOf(request);
  const context = { list: 'staff', tenant: caller.tenantId, caller: caller.subject, under: underId, asOf };
  const afterCode = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const found = await deps.db.withTenant(caller, async (tx) => {
    const under = underId === undefined ? undefined : await coveredPath(tx, caller, underId);
    return listStaff(tx, { ...visibleTo(deps, caller, under), asOf, afterCode, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ code }) => [code] });
  // Nobody keeps what these were on another day; and who worked here once may be out of the caller's sight by now.
  const told = asOf === undefined ? shown : shown.map((staff) => ({ ...staff, workPhone: '', partnerId: undefined, absences: [] }));
  return { staff: told.map((staff) => staffToWire(staff, deps.now())), nextPageToken };
}

async function coveredPath(tx: Tx, caller: Caller, unitId: string): Promise<string> {
  const path = await getUnitPath(tx, unitId);
  if (!coversUnit(caller, read, path)) throw unitNotFound();
  return path;
}

function visibleTo(deps: Deps, caller: Caller, under: string | undefined): StaffFilter {
  const scopes = unitScopes(caller, read);
  const self = scopes !== 'tenant' && scopes.self ? caller.subject : undefined;
  return { scopes, self, under, day: today(deps) };
}

function readRef(request: { readonly staffId: string; readonly version: number }): StaffRef {
  return { staffId: readUuid(request.staffId, 'staff_id'), version: request.version };
}
