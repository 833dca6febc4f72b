import { isOnDuty, nextDutyChange, resolveDuty, type StaffDuty } from './rules';

const at = (time: string) => new Date(`2026-11-24T${time}:00+08:00`);
const now = at('09:00');

function staff(id: string, facts: Partial<StaffDuty> = {}): StaffDuty {
  return { id, active: true, partnerId: undefined, absences: [], posts: [], ...facts };
}

/** From then until then, or without an end. */
function absent(from: Date, until?: Date, standInId?: string): Pick<StaffDuty, 'absences'> {
  return { absences: [{ from, until, standInId }] };
}

const away = absent(at('08:00'));

describe('being on duty', () => {
  it.each([
    ['without an absence', {}, true],
    ['before it begins', absent(at('09:01')), true],
    ['at its first moment', absent(now), false],
    ['within it', absent(at('08:00'), at('10:00')), false],
    ['without an end', away, false],
    ['at its end', absent(at('08:00'), now), true],
    ['after leaving the office', { active: false }, false],
  ])('%s', (_what, facts, expected) => {
    expect(isOnDuty(staff('a', facts), now)).toBe(expected);
  });

  it.each([
    ['never, without an absence', {}, undefined],
    ['never, away without an end', away, undefined],
    ['when the absence begins', absent(at('10:00'), at('12:00')), at('10:00')],
    ['when the absence ends', absent(at('08:00'), at('12:00')), at('12:00')],
    ['never, once it is over', absent(at('07:00'), at('08:00')), undefined],
    ['when the next of two absences begins', { absences: [...absent(at('07:00'), at('08:00')).absences, ...absent(at('11:00'), at('12:00')).absences] }, at('11:00')],
  ])('changes by itself %s', (_what, facts, expected) => {
    expect(nextDutyChange(staff('a', facts), now)).toEqual(expected);
  });
});

describe('who answers for an agent', () => {
  const partner = staff('b');
  const near = staff('c', { posts: [{ unitPath: '/r/x/', primary: true }] });
  const far = staff('d', { posts: [{ unitPath: '/r/', primary: true }] });
  const beside = staff('e', { posts: [{ unitPath: '/r/y/', primary: true }] });
  const agent = staff('a', { partnerId: 'b', posts: [{ unitPath: '/r/y/z/', primary: false }, { unitPath: '/r/x/g/', primary: true }] });
  const gone = { ...agent, ...away };
  const all = [beside, far, near];

  it('is the agent, while on duty', () => {
    expect(resolveDuty(agent, { named: undefined, partner, coordinators: all }, now)).toEqual({ agentId: 'a', backupId: 'b', ownerId: 'a', standingIn: 'agent' });
  });

  it('is the partner, while the agent is away', () => {
    expect(resolveDuty(gone, { named: undefined, partner, coordinators: all }, now)).toMatchObject({ ownerId: 'b', standingIn: 'backup' });
  });

  it('is whom the absence names, before the partner, unless they are away too', () => {
    const named = staff('n');
    expect(resolveDuty(gone, { named, partner, coordinators: all }, now)).toMatchObject({ backupId: 'b', ownerId: 'n', standingIn: 'named' });
    expect(resolveDuty(gone, { named: { ...named, ...away }, partner, coordinators: all }, now)).toMatchObject({ ownerId: 'b', standingIn: 'backup' });
    expect(resolveDuty(gone, { named: { ...named, active: false }, partner: undefined, coordinators: [near] }, now)).toMatchObject({ ownerId: 'c' });
  });

  it('is the nearest coordinator above, while both are away', () => {
    const both = { named: undefined, partner: { ...partner, ...away }, coordinators: all };
    expect(resolveDuty(gone, both, now)).toMatchObject({ backupId: 'b', ownerId: 'c', standingIn: 'coordinator' });
    expect(resolveDuty(gone, { ...both, coordinators: [beside, far, { ...near, ...away }] }, now)).toMatchObject({ ownerId: 'd' });
  });

  it('is any coordinator rather than nobody', () => {
    expect(resolveDuty(gone, { named: undefined, partner: undefined, coordinators: [beside] }, now)).toMatchObject({ ownerId: 'e', standingIn: 'coordinator' });
  });

  it('is still the agent when everybody is away', () => {
    const coordinators = all.map((one) => ({ ...one, ...away }));
    expect(resolveDuty(gone, { named: undefined, partner: undefined, coordinators }, now)).toMatchObject({ ownerId: 'a', standingIn: 'nobody' });
  });
});
