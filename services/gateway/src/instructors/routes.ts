import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { nothing, route, type Answer, type ApiRoute, type Call } from '../routing/route';
import { code, given, id, nextPageToken, optionalDay, optionalText, page } from '../wire/fields';

const onInstructor = z.strictObject({ id });

const instructorFields = {
  id: z.string(),
  staffId: z.string(),
  unitId: z.string(),
  unitPath: z.string(),
  appointedOn: z.string(),
  dismissedOn: z.string().optional(),
  assignments: z.array(z.strictObject({ id: z.string(), memberUnitId: z.string(), validFrom: z.string(), validTo: z.string().optional() })),
  version: z.int(),
};

const instructorSchema = z.strictObject(instructorFields).meta({ id: 'Instructor' });
const visitedSchema = z
  .strictObject({
    ...instructorFields,
    visits: z.array(z.strictObject({ id: z.string(), memberUnitId: z.string(), visitedOn: z.string(), purposeCode: z.string(), note: z.string().optional() })).meta({ description: '最近一百次走访' }),
  })
  .meta({ id: 'InstructorWithVisits' });

function instructorToJson({ dismissedOn, assignments, ...rest }: organization.Instructor): z.input<typeof instructorSchema> {
  return { ...rest, dismissedOn: given(dismissedOn), assignments: assignments.map(({ validTo, ...one }) => ({ ...one, validTo: given(validTo) })) };
}

interface Answered {
  readonly instructor: organization.Instructor | undefined;
}

function answerInstructor({ instructor }: Answered): Answer<z.input<typeof instructorSchema>> {
  if (instructor === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: instructorToJson(instructor), version: instructor.version, location: `/v1/instructors/${instructor.id}` };
}

interface Change<B extends z.ZodType> {
  readonly rpc: string;
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly body: B;
  readonly act: (at: { instructorId: string; version: number }, body: z.output<B>, call: Call) => Promise<Answered>;
}

/** A change of an instructor, which answers with them as they then are. */
function change<B extends z.ZodType>({ rpc, body, act, ...rest }: Change<B>): ApiRoute {
  return route({
    ...rest,
    method: 'post',
    tag: 'party',
    calls: `organization.v1.InstructorService/${rpc}`,
    changes: true,
    params: onInstructor,
    body,
    response: instructorSchema,
    handle: async (input, call) => answerInstructor(await act({ instructorId: input.params.id, version: input.version }, input.body, call)),
  });
}

export const instructorRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/instructors',
    name: 'listInstructors',
    summary: '党建工作指导员及其联系单位',
    tag: 'party',
    calls: 'organization.v1.InstructorService/ListInstructors',
    query: z.strictObject({ asOf: optionalDay.meta({ description: '该日在任的指导员及当日联系的单位；缺省为现任' }), ...page }),
    response: z.strictObject({ instructors: z.array(instructorSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.instructors.listInstructors(query, options);
      return { body: { instructors: found.instructors.map(instructorToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/instructors',
    name: 'appointInstructor',
    summary: '选派党建工作指导员',
    tag: 'party',
    calls: 'organization.v1.InstructorService/AppointInstructor',
    creates: true,
    body: z.strictObject({ staffId: id, unitId: id, appointedOn: optionalDay.meta({ description: '缺省为今天' }) }),
    response: instructorSchema,
    handle: async ({ body, requestId }, { clients, options }) => answerInstructor(await clients.instructors.appointInstructor({ ...body, requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/instructors/{id}',
    name: 'getInstructor',
    summary: '一名指导员、联系单位与走访记录',
    tag: 'party',
    calls: 'organization.v1.InstructorService/GetInstructor',
    params: onInstructor,
    response: visitedSchema,
    handle: async ({ params }, { clients, options }) => {
      const { instructor, visits } = await clients.instructors.getInstructor({ instructorId: params.id }, options);
      if (instructor === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return { body: { ...instructorToJson(instructor), visits: visits.map(({ instructorId: _own, note, ...visit }) => ({ ...visit, note: given(note) })) }, version: instructor.version };
    },
  }),
  change({
    rpc: 'AssignInstructor',
    path: '/v1/instructors/{id}:assign',
    name: 'assignInstructor',
    summary: '联系一个成员单位',
    body: z.strictObject({ memberUnitId: id, validFrom: optionalDay.meta({ description: '缺省为今天' }) }),
    act: (at, body, { clients, options }) => clients.instructors.assignInstructor({ ...at, ...body }, options),
  }),
  change({
    rpc: 'EndInstructorAssignment',
    path: '/v1/instructors/{id}:endAssignment',
    name: 'endInstructorAssignment',
    summary: '不再联系一个成员单位',
    body: z.strictObject({ assignmentId: id }),
    act: (at, body, { clients, options }) => clients.instructors.endInstructorAssignment({ ...at, ...body }, options),
  }),
  change({
    rpc: 'RecordInstructorVisit',
    path: '/v1/instructors/{id}:recordVisit',
    name: 'recordInstructorVisit',
    summary: '登记走访',
    body: z.strictObject({ memberUnitId: id, visitedOn: optionalDay.meta({ description: '缺省为今天' }), purposeCode: code.meta({ description: '事由代码' }), note: optionalText(1_000) }),
    act: (at, body, { clients, options }) => clients.instructors.recordInstructorVisit({ ...at, ...body }, options),
  }),
  change({
    rpc: 'DismissInstructor',
    path: '/v1/instructors/{id}:dismiss',
    name: 'dismissInstructor',
    summary: '不再担任指导员',
    body: nothing,
    act: (at, _body, { clients, options }) => clients.instructors.dismissInstructor(at, options),
  }),
];
