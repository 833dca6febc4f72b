import { tenantOf, type Tx } from '@linli/db';

interface MandateRow {
  tenant_id: string;
  id: string;
  resident_id: string;
  agent_id: string;
  item_code: string;
  state: string;
  expires_at: Date;
}

/** The mandate in force of a resident for an agent and an item, locked for share. A read model over the mandates. */
export async function findMandateInForce(
  tx: Tx,
  wanted: { readonly residentId: string; readonly agentId: string; readonly itemCode: string },
  now: Date,
): Promise<string | undefined> {
  const row = await tx<MandateRow>('mandates')
    .where({ tenant_id: tenantOf(tx), resident_id: wanted.residentId, agent_id: wanted.agentId, item_code: wanted.itemCode, state: 'signed' })
    .andWhere('expires_at', '>', now)
    .orderBy('expires_at', 'desc')
    .forShare()
    .first('id');
  return row?.id;
}
