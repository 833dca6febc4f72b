import { assertCoversUnit, type Caller } from '@linli/auth';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import type { Deps } from '../deps';
import type { Identity } from '../fields';
import { addClients } from './add-grants';
import type { ApiClient } from './grant';

/** @throws permission_denied UNIT_OUT_OF_SCOPE without the permission over the whole tenant, already_exists IDENTITY_TAKEN. */
export async function registerClient(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  input: { readonly request: RequestKey; readonly nameZh: string; readonly identity: Identity },
): Promise<ApiClient> {
  const { request, ...facts } = input;
  assertCoversUnit(caller, 'organization.grant.write', '');
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const client = { ...facts, id: newId(deps.now().getTime()), active: true, version: 1 };
      await addClients(tx, caller, [client]);
      return client;
    }),
  );
}
