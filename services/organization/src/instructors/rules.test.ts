import type { Instructor } from './instructor';
import { assertMayVisit, assign, dismiss, endAssignment } from './rules';

const instructor = (facts: Partial<Instructor> = {}): Instructor => ({
  id: 'i',
  staffId: 's',
  unitId: 'u',
  unitPath: '/u/',
  appointedOn: '2026-01-01',
  dismissedOn: undefined,
  assignments: [{ id: 'a', memberUnitId: 'm', validFrom: '2026-03-01', validTo: undefined }],
  version: 1,
  ...facts,
});
function expectRefusal(act: () => unknown, reason: string): void {
  expect(act).toThrow(expect.objectContaining({ reason }));
}

it('is assigned, and the assignment ends once', () => {
  const further = { id: 'b', memberUnitId: 'n', validFrom: '2026-04-01', validTo: undefined };
  expect(assign(instructor(), further)).toMatchObject({ version: 2, assignments: [{ id: 'a' }, { id: 'b' }] });
  const { instructor: after, ended } = endAssignment(instructor(), 'a', '2026-05-01');
  expect(ended).toMatchObject({ memberUnitId: 'm', validTo: '2026-05-01' });
  expectRefusal(() => endAssignment(after, 'a', '2026-05-02'), 'ASSIGNMENT_ENDED');
  expectRefusal(() => endAssignment(after, 'x', '2026-05-02'), 'ASSIGNMENT_NOT_FOUND');
  expect(endAssignment(instructor(), 'a', '2026-02-01').ended.validTo).toBe('2026-03-01');
});

it('visits whom it is assigned to on that day', () => {
  expect(() => assertMayVisit(instructor(), 'm', '2026-03-01')).not.toThrow();
  for (const [unit, day] of [['m', '2026-02-28'], ['n', '2026-03-01']] as const) expectRefusal(() => assertMayVisit(instructor(), unit, day), 'INSTRUCTOR_NOT_ASSIGNED');
  const { instructor: after } = endAssignment(instructor(), 'a', '2026-05-01');
  expectRefusal(() => assertMayVisit(after, 'm', '2026-05-01'), 'INSTRUCTOR_NOT_ASSIGNED');
});

it('does nothing once dismissed, and all assignments are over', () => {
  const gone = dismiss(instructor(), '2026-06-01');
  expect(gone).toMatchObject({ dismissedOn: '2026-06-01', assignments: [{ validTo: '2026-06-01' }], version: 2 });
  for (const act of [() => dismiss(gone, '2026-06-02'), () => endAssignment(gone, 'a', '2026-06-02'), () => assertMayVisit(gone, 'm', '2026-06-02')]) {
    expectRefusal(act, 'INSTRUCTOR_DISMISSED');
  }
});
