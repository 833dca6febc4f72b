/** What decides who is on duty; the state each staff event carries. */
export interface StaffDuty {
  readonly id: string;
  readonly active: boolean;
  readonly partnerId: string | undefined;
  /** The one that is on and those to come, in order; some may be over. */
  readonly absences: readonly Absence[];
  readonly posts: readonly DutyPost[];
}

export interface Absence {
  readonly from: Date;
  /** Exclusive; undefined: until it is ended. */
  readonly until: Date | undefined;
  /** Who stands in before the AB partner does. */
  readonly standInId: string | undefined;
}

export interface DutyPost {
  readonly unitPath: string;
  readonly primary: boolean;
}

export interface DutyHolder {
  readonly agentId: string;
  /** The AB partner, on duty or not. */
  readonly backupId: string | undefined;
  /** Who answers for the agent's work now; always somebody. */
  readonly ownerId: string;
  /**
   * `named`: whom the absence names. `nobody`: the agent, whoever the absence names, the partner and every coordinator are away, so
   * it stays with the agent, who is not on duty.
   */
  readonly standingIn: 'agent' | 'named' | 'backup' | 'coordinator' | 'nobody';
}

/** Active, and not within an absence: from its start up to, not including, its end. */
export function isOnDuty(staff: StaffDuty, now: Date): boolean {
  return staff.active && absenceAt(staff, now) === undefined;
}

export function absenceAt({ absences }: StaffDuty, now: Date): Absence | undefined {
  return absences.find(({ from, until }) => from <= now && (until === undefined || until > now));
}

/** When `isOnDuty` changes by itself next. */
export function nextDutyChange({ absences }: StaffDuty, now: Date): Date | undefined {
  const times = absences.flatMap(({ from, until }) => (until === undefined ? [from] : [from, until])).filter((time) => time > now);
  return times.sort((one, other) => one.getTime() - other.getTime())[0];
}

interface Others {
  /** Whom the agent's absence names. */
  readonly named: StaffDuty | undefined;
  readonly partner: StaffDuty | undefined;
  readonly coordinators: readonly StaffDuty[];
}

/** A, else whom A's absence names, else B, else the nearest coordinator on duty, else A although away: a case always has an owner. */
export function resolveDuty(agent: StaffDuty, { named, partner, coordinators }: Others, now: Date): DutyHolder {
  const facts = { agentId: agent.id, backupId: agent.partnerId };
  if (isOnDuty(agent, now)) return { ...facts, ownerId: agent.id, standingIn: 'agent' };
  if (named !== undefined && isOnDuty(named, now)) return { ...facts, ownerId: named.id, standingIn: 'named' };
  if (partner !== undefined && isOnDuty(partner, now)) return { ...facts, ownerId: partner.id, standingIn: 'backup' };
  const coordinator = nearestOnDuty(agent, coordinators, now);
  if (coordinator !== undefined) return { ...facts, ownerId: coordinator.id, standingIn: 'coordinator' };
  return { ...facts, ownerId: agent.id, standingIn: 'nobody' };
}

/** By the deepest unit above the agent's that a coordinator has a post at; any other coordinator rather than none. */
function nearestOnDuty(agent: StaffDuty, coordinators: readonly StaffDuty[], now: Date): StaffDuty | undefined {
  const home = primaryPath(agent);
  const ranked = coordinators
    .filter((coordinator) => isOnDuty(coordinator, now))
    .map((coordinator) => ({ coordinator, depth: Math.max(-1, ...coordinator.posts.map(({ unitPath }) => depthAbove(home, unitPath))) }))
    .sort((a, b) => b.depth - a.depth || (a.coordinator.id < b.coordinator.id ? -1 : 1));
  return ranked[0]?.coordinator;
}

function primaryPath(staff: StaffDuty): string {
  return (staff.posts.find(({ primary }) => primary) ?? staff.posts[0])?.unitPath ?? '';
}

function depthAbove(home: string, unitPath: string): number {
  return unitPath !== '' && home.startsWith(unitPath) ? unitPath.length : -1;
}
