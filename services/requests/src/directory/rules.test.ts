import { isOnDuty, nextDutyChange, resolveDuty, type StaffDuty } from './rules';

const at = (time: string) => new Date(`2026-11-24T${time}:00+08:00`);
const now = at('09:00');

function staff(id: string, facts: Partial<StaffDuty> = {}): StaffDuty {
  return { id, active: true, partnerId: undefined, absentFrom: undefined, absentUntil: undefined, posts: [], ...facts };
}

const away = { absentFrom: at('08:00') };

describe('being on duty', () => {
  it.each([
    ['without an absence', {}, true],
    ['before it begins', { absentFrom: at('09:01') }, true],
    ['at its first moment', { absentFrom: now }, false],
    ['within it', { absentFrom: at('08:00'), absentUntil: at('10:00') }, false],
    ['without an end', away, false],
    ['at its end', { absentFrom: at('08:00'), absentUntil: now }, true],
    ['after leaving the office', { active: false }, false],
  ])('%s', (_what, facts, expected) => {
    expect(isOnDuty(staff('a', facts), now)).toBe(expected);
  });

  it.each([
    ['never, without an absence', {}, undefined],
    ['never, away without an end', away, undefined],
    ['when the absence begins', { absentFrom: at('10:00'), absentUntil: at('12:00') }, at('10:00')],
    ['when the absence ends', { absentFrom: at('08:00'), absentUntil: at('12:00') }, at('12:00')],
    ['never, once it is over', { absentFrom: at('07:00'), absentUntil: at('08:00') }, undefined],
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
  const absent = { ...agent, ...away };
  const all = [beside, far, near];

  it('is the agent, while on duty', () => {
    expect(resolveDuty(agent, { partner, coordinators: all }, now)).toEqual({ agentId: 'a', backupId: 'b', ownerId: 'a', standingIn: 'agent' });
  });

  it('is the partner, while the agent is away', () => {
    expect(resolveDuty(absent, { partner, coordinators: all }, now)).toMatchObject({ ownerId: 'b', standingIn: 'backup' });
  });

  it('is the nearest coordinator above, while both are away', () => {
    const both = { partner: { ...partner, ...away }, coordinators: all };
    expect(resolveDuty(absent, both, now)).toMatchObject({ backupId: 'b', ownerId: 'c', standingIn: 'coordinator' });
    expect(resolveDuty(absent, { ...both, coordinators: [beside, far, { ...near, ...away }] }, now)).toMatchObject({ ownerId: 'd' });
  });

  it('is any coordinator rather than nobody', () => {
    expect(resolveDuty(absent, { partner: undefined, coordinators: [beside] }, now)).toMatchObject({ ownerId: 'e', standingIn: 'coordinator' });
  });

  it('is still the agent when everybody is away', () => {
    const coordinators = all.map((one) => ({ ...one, ...away }));
    expect(resolveDuty(absent, { partner: undefined, coordinators }, now)).toMatchObject({ ownerId: 'a', standingIn: 'nobody' });
  });
});
