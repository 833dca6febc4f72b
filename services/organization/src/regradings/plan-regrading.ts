import { assertCoversUnit, coversUnit, type Caller } from '@linli/auth';
import { instantAt, startClock } from '@linli/clocks';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { resourceExhausted } from '@linli/errors';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { lockTenantOrThrow } from '../tenants/create-tenant';
import { findPlaces, lockGround, writePlanned } from '../units/plan-store';
import { unitNotFound } from '../units/rules';
import type { Unit } from '../units/unit';
import { expand, type Expansion } from './expand';
import { regradingChange } from './record';
import type { Operation, RegradedUnit, Regrading, Target } from './regrading';
import { regradingClock } from './clock-kind';
import { insertRegradedUnits, insertRegrading } from './store';
import { takeEffect } from './take-effect';

export interface PlanRegrading extends Pick<Regrading, 'titleZh' | 'effectiveOn' | 'operations'> {
  readonly request: RequestKey;
}

export interface RegradingDetail {
  readonly regrading: Regrading;
  readonly units: readonly RegradedUnit[];
}

type Planning = Pick<Deps, 'db' | 'now' | 'calendar'>;

const permission = 'organization.unit.write';
/** What one transaction may rewrite within the limits on statements and locks. */
const mostUnits = 5_000;

/**
 * Writes a change of the tree ahead, all of it or nothing; of today, it takes effect at once. Plans of one office are made one
 * after another.
 * @throws invalid_argument for a day that has passed, resource_exhausted REGRADING_TOO_LARGE, permission_denied UNIT_OUT_OF_SCOPE,
 * already_exists UNIT_CODE_TAKEN, and what `expand` refuses.
 */
export async function planRegrading(deps: Planning, caller: Caller, input: PlanRegrading): Promise<RegradingDetail> {
  const { request, ...facts } = input;
  const day = facts.effectiveOn;
  if (day < today(deps)) throw violation('effective_on', 'in_past');
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      await lockTenantOrThrow(tx);
      const now = deps.now();
      const tree = await readGround(tx, caller, facts);
      const expansion = expand(facts.operations, { tree, day, today: today(deps), idFor: () => newId(now.getTime()) });
      const unitPath = assertCovers(caller, expansion);
      const regrading: Regrading = { ...facts, id: newId(now.getTime()), state: 'planned', unitPath, plannedBy: caller.subject, plannedAt: now, endedAt: undefined, version: 1 };
      const units = regradedUnits(expansion);
      await insertRegrading(tx, regrading);
      await writePlanned(tx, { ...expansion, day });
      await insertRegradedUnits(tx, regrading.id, units);
      await recordChanges(tx, caller, [regradingChange(regrading, { event: 'RegradingPlanned', at: now })]);
      if (day === today(deps)) return { regrading: await takeEffect(deps, tx, { caller, regrading }), units };
      await startClock(tx, deps.calendar, untilDay(regrading));
      return { regrading, units };
    }),
  );
}

/** Every unit that is named, the units above those that split, and all below those that end or move. What the caller may not change looks as if it were not there. */
async function readGround(tx: Tx, caller: Caller, { operations, effectiveOn: day }: Pick<Regrading, 'operations' | 'effectiveOn'>): Promise<Map<string, Unit>> {
  const subjects = operations.flatMap(subjectsOf);
  const renamed = operations.flatMap((operation) => (operation.type === 'rename' ? [operation.unitId] : []));
  const places = await findPlaces(tx, subjects);
  if (places.length < new Set(subjects).size) throw unitNotFound();
  const ids = [...subjects, ...renamed, ...operations.flatMap(targetsOf)];
  const above = places.flatMap(({ parentId }) => parentId ?? []);
  const found = await lockGround(tx, { ids: [...ids, ...above], subtrees: places.map(({ path }) => path), day, limit: mostUnits + 1 });
  if (found.length > mostUnits) throw resourceExhausted('REGRADING_TOO_LARGE', 'one plan cannot change so many units', { details: { most: String(mostUnits) } });
  const named = new Set(ids);
  if (found.some(({ id, path }) => named.has(id) && !coversUnit(caller, permission, path))) throw unitNotFound();
  return new Map(found.map((unit) => [unit.id, unit]));
}

function subjectsOf(operation: Operation): readonly string[] {
  if (operation.type === 'merge') return operation.unitIds;
  return operation.type === 'open' || operation.type === 'rename' ? [] : [operation.unitId];
}

function targetsOf(operation: Operation): string[] {
  const targets: Target[] = [];
  if (operation.type === 'open' || operation.type === 'move') targets.push(operation.parent);
  if (operation.type === 'close') targets.push(operation.successor);
  if (operation.type === 'merge') targets.push(operation.into);
  return targets.flatMap((target) => ('unitId' in target ? [target.unitId] : []));
}

/** Gives the path of the lowest unit over all that is touched. */
function assertCovers(caller: Caller, { ended, renamed, kept }: Expansion): string {
  const paths = [...ended.map(({ unit }) => unit), ...renamed, ...kept].map(({ path }) => path);
  const unitPath = commonPath(paths);
  assertCoversUnit(caller, permission, unitPath);
  return unitPath;
}

/** The longest path that all begin with. */
export function commonPath(paths: readonly string[]): string {
  const [first = '', ...rest] = paths;
  const steps = first.split('/').slice(1, -1);
  for (let length = steps.length; length > 0; length -= 1) {
    const prefix = `/${steps.slice(0, length).join('/')}/`;
    if (rest.every((path) => path.startsWith(prefix))) return prefix;
  }
  return '';
}

function regradedUnits({ opened, ended, renamed }: Expansion): RegradedUnit[] {
  return [
    ...opened.map(({ id }) => ({ unitId: id, regradedAs: 'opened', successorId: undefined }) as const),
    ...ended.map(({ unit, successor }) => ({ unitId: unit.id, regradedAs: 'ended', successorId: successor.id }) as const),
    ...renamed.map(({ id }) => ({ unitId: id, regradedAs: 'renamed', successorId: undefined }) as const),
  ];
}

/** A clock that is due as the day begins: an hour, begun an hour before. */
function untilDay({ id, effectiveOn }: Regrading) {
  return {
    kind: regradingClock,
    subjectType: 'regrading',
    subjectId: id,
    ruleSet: { limit: { amount: 1, unit: 'hours', roll: 'none' }, citation: '区划调整自生效之日零时起施行' },
    at: instantAt(effectiveOn, -3_600_000),
    alarms: ['due'],
  } as const;
}
