import type { Tx } from '@linli/db';
import type { Activity } from './activity';
import { activityNotFound } from './rules';
import { findActivity, lockActivity } from './store';

/** The activity, to which nobody else signs up until this transaction ends. @throws not_found ACTIVITY_NOT_FOUND. */
export async function holdActivity(tx: Tx, id: string): Promise<Activity> {
  const activity = await lockActivity(tx, id);
  if (activity === undefined) throw activityNotFound();
  return activity;
}

/** @throws not_found ACTIVITY_NOT_FOUND. */
export async function getActivity(tx: Tx, id: string): Promise<Activity> {
  const activity = await findActivity(tx, id);
  if (activity === undefined) throw activityNotFound();
  return activity;
}
