import { systemCaller } from '@linli/auth';
import { isAppError, notFound, unavailable } from '@linli/errors';
import type { Deps } from '../deps';

export interface CheckedPerson {
  readonly personId: string;
  /** Where the person is served. */
  readonly unitId: string;
  readonly unitPath: string;
}

/**
 * Asks residents that a person exists and where they are served. A network call: make it before the transaction opens.
 * @throws AppError not_found PERSON_NOT_FOUND; unavailable RESIDENTS_UNAVAILABLE.
 */
export async function checkPerson(deps: Pick<Deps, 'persons'>, tenantId: string, personId: string): Promise<CheckedPerson> {
  const caller = systemCaller(tenantId, 'requests', ['residents.person.check']);
  try {
    const { unitId, unitPath } = await deps.persons.checkPerson({ personId }, { caller });
    return { personId, unitId, unitPath };
  } catch (error) {
    if (!isAppError(error)) throw error;
    if (error.kind === 'not_found') throw notFound('PERSON_NOT_FOUND', 'there is no such person');
    if (error.kind === 'unavailable' || error.kind === 'deadline_exceeded') {
      throw unavailable('RESIDENTS_UNAVAILABLE', 'the residents service does not answer', { cause: error });
    }
    throw error;
  }
}
