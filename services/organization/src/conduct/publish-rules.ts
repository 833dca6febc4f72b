import type { Caller } from '@linli/auth';
import { addDays, ruleSetAt } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { newId, type Tx } from '@linli/db';
import { alreadyExists, notFound, permissionDenied } from '@linli/errors';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { coversTenant } from '../scope';
import { findRoot } from '../units/store';
import { assertVersion } from '../version';
import type { ConductRules } from './conduct-rules';
import { endVersions, insertRules, insertVersion, lockRules } from './store';

const write = 'organization.conduct.write';

export type PublishRules = Omit<ConductRules, 'id' | 'validTo'>;

/**
 * `version` is of the version before it, 0 for the first. Versions that were to begin on its day or later are taken back. The rules are the whole office's, and so is who may publish them.
 * @throws permission_denied UNIT_OUT_OF_SCOPE; not_found CONDUCT_RULES_NOT_FOUND; already_exists CONDUCT_RULES_EXIST; aborted VERSION_STALE;
 *   invalid_argument for a day further ahead than the rule allows.
 */
export async function publishRules(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: PublishRules): Promise<ConductRules> {
  if (!coversTenant(caller, write)) throw permissionDenied('UNIT_OUT_OF_SCOPE', 'the permission does not cover the whole office', { details: { permission: write } });
  return deps.db.withTenant(caller, async (tx) => {
    const { limit } = await ruleSetAt(tx, 'organization.conduct_ahead', today(deps));
    if (input.validFrom > addDays(today(deps), limit.amount)) throw violation('valid_from', 'too_late');
    const before = await lockRules(tx, input.code);
    const rules = input.version === 0 ? first(deps, input, before) : await next(tx, input, before);
    if (before === undefined) await insertRules(tx, rules);
    await insertVersion(tx, rules);
    const { id, code, version, validFrom } = rules;
    const payload = organization.ConductRulesPublished.fromPartial({ rulesId: id, code, validFrom });
    const entry = { threadId: id, unitPath: (await findRoot(tx)).path, at: deps.now(), code: 'published', facts: { code, valid_from: validFrom } };
    await recordChanges(tx, caller, [{ action: 'conduct.publish', objectType: 'conduct', id, version, event: 'ConductRulesPublished', payload, entry }]);
    return rules;
  });
}

function first(deps: Pick<Deps, 'now'>, input: PublishRules, before: ConductRules | undefined): ConductRules {
  if (before !== undefined) throw alreadyExists('CONDUCT_RULES_EXIST', 'there are rules with this code');
  return { ...input, id: newId(deps.now().getTime()), validTo: undefined, version: 1 };
}

async function next(tx: Tx, input: PublishRules, before: ConductRules | undefined): Promise<ConductRules> {
  if (before === undefined) throw notFound('CONDUCT_RULES_NOT_FOUND', 'there are no rules with this code');
  assertVersion(before, input.version);
  await endVersions(tx, before.id, input.validFrom);
  return { ...input, id: before.id, validTo: undefined, version: before.version + 1 };
}
