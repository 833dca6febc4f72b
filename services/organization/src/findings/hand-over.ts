import type { Tx } from '@linli/db';
import type { Site } from '../sites/site';
import { setWork } from '../work/store';
import { findingWork } from './record-finding';
import { findOpenFindings } from './store';

/** What is open on the site waits for its new leader. The findings themselves do not change. */
export async function handOverFindings(tx: Tx, site: Site): Promise<void> {
  const open = await findOpenFindings(tx, site.id);
  await setWork(tx, open.flatMap((finding) => findingWork(finding, site)));
}
