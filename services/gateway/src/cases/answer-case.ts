import type { requests } from '@linli/contracts';
import { internal } from '@linli/errors';
import { findNames } from '../names/find-names';
import type { Answer, Call } from '../routing/route';
import { caseToJson, idsOf, type CaseJson } from './json';

/** The one case that an RPC answered with, with names. */
export async function answerCase(call: Call, { case: found }: { case: requests.Case | undefined }): Promise<Answer<CaseJson>> {
  if (found === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  const names = await findNames(call, idsOf(found));
  return { body: { ...caseToJson(found, names), unreachable: names.unreachable }, version: found.version, location: `/v1/cases/${found.id}` };
}
