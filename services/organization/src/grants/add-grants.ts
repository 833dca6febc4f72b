import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import type { ApiClient, RoleGrant } from './grant';
import { insertClients, insertGrants } from './store';
import { principalOnWire } from './wire';

/** Writes new grants, each with its event; the holders are locked or made by this transaction. */
export async function addGrants(tx: Tx, caller: Caller, grants: readonly RoleGrant[]): Promise<void> {
  if (grants.length === 0) return;
  await insertGrants(tx, grants);
  await recordChanges(
    tx,
    caller,
    grants.map(({ id, version, principalKind, principalId, role }) => {
      const payload = organization.RoleGranted.fromPartial({
        grantId: id,
        principalKind: principalOnWire.toWire(principalKind),
        principalId,
        role,
      });
      return { action: 'grant.give', objectType: 'grant', id, version, event: 'RoleGranted', payload };
    }),
  );
}

/** Writes new API clients, each with its event. */
export async function addClients(tx: Tx, caller: Caller, clients: readonly ApiClient[]): Promise<void> {
  if (clients.length === 0) return;
  await insertClients(tx, clients);
  await recordChanges(
    tx,
    caller,
    clients.map(({ id, version }) => {
      const payload = organization.ClientRegistered.fromPartial({ clientId: id });
      return { action: 'client.register', objectType: 'client', id, version, event: 'ClientRegistered', payload };
    }),
  );
}
