import { coversUnit, unitScopes } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, type RpcContext } from '@linli/grpc';
import { readAsOf, readDay, today } from '../days';
import type { Deps } from '../deps';
import { readCode } from '../fields';
import { appointInstructor, assignInstructor, dismissInstructor, endInstructorAssignment, recordInstructorVisit } from './change-instructor';
import type { Instructor } from './instructor';
import { instructorNotFound } from './rules';
import { findInstructor, listInstructors, readVisits } from './store';

const read = 'organization.instructor.read';
/** The last ones of an instructor. */
const mostAssignments = 200;

export function instructorService(deps: Deps): organization.InstructorServiceImplementation<RpcContext> {
  const refOf = ({ instructorId, version }: { instructorId: string; version: number }) => ({ instructorId: readUuid(instructorId, 'instructor_id'), version });
  const answer = (instructor: Instructor) => ({ instructor: instructorToWire(instructor) });
  return {
    async appointInstructor(request, { caller }) {
      const appointed = await appointInstructor(deps, caller, {
        request: requestKey(caller, organization.AppointInstructorRequest, request),
        staffId: readUuid(request.staffId, 'staff_id'),
        unitId: readUuid(request.unitId, 'unit_id'),
        appointedOn: readDay(request.appointedOn, 'appointed_on', today(deps)),
      });
      return answer(appointed);
    },
    async dismissInstructor(request, { caller }) {
      return answer(await dismissInstructor(deps, caller, refOf(request)));
    },
    async assignInstructor(request, { caller }) {
      const memberUnitId = readUuid(request.memberUnitId, 'member_unit_id');
      const validFrom = readDay(request.validFrom, 'valid_from', today(deps));
      return answer(await assignInstructor(deps, caller, { ...refOf(request), memberUnitId, validFrom }));
    },
    async endInstructorAssignment(request, { caller }) {
      return answer(await endInstructorAssignment(deps, caller, { ...refOf(request), assignmentId: readUuid(request.assignmentId, 'assignment_id') }));
    },
    async recordInstructorVisit(request, { caller }) {
      const visited = {
        memberUnitId: readUuid(request.memberUnitId, 'member_unit_id'),
        visitedOn: readDay(request.visitedOn, 'visited_on', today(deps)),
        purposeCode: readCode(request.purposeCode, 'purpose_code'),
        note: requireText(request.note, 'note', { max: 1_000, optional: true }),
      };
      return answer(await recordInstructorVisit(deps, caller, { ref: refOf(request), visited }));
    },
    async getInstructor(request, { caller }) {
      const id = readUuid(request.instructorId, 'instructor_id');
      return deps.db.withTenant(caller, async (tx) => {
        const instructor = await findInstructor(tx, id);
        if (instructor === undefined || !coversUnit(caller, read, instructor.unitPath)) throw instructorNotFound();
        const visits = await readVisits(tx, id);
        return { instructor: instructorToWire(instructor), visits: visits.map((visit) => ({ ...visit, instructorId: id })) };
      });
    },
    async listInstructors(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const asOf = readAsOf(request);
      const context = { list: 'instructors', tenant: caller.tenantId, caller: caller.subject, asOf };
      const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const found = await deps.db.withTenant(caller, (tx) => listInstructors(tx, { scopes: unitScopes(caller, read), day: today(deps), asOf, afterId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { instructors: shown.map(instructorToWire), nextPageToken };
    },
  };
}

function instructorToWire({ dismissedOn = '', assignments, ...rest }: Instructor): organization.Instructor {
  return { ...rest, dismissedOn, assignments: assignments.slice(-mostAssignments).map(({ validTo = '', ...one }) => ({ ...one, validTo })) };
}
