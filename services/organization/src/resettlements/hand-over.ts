import type { Tx } from '@linli/db';
import type { Site } from '../sites/site';
import { setWork } from '../work/store';
import { resettlementWork } from './record-resettlement';
import { findOpenResettlements } from './store';

/** What is promised at the site is followed by its new leader. The resettlements themselves do not change. */
export async function handOverResettlements(tx: Tx, site: Site): Promise<void> {
  const open = await findOpenResettlements(tx, site.id);
  await setWork(tx, open.flatMap((resettlement) => resettlementWork(resettlement, site)));
}
