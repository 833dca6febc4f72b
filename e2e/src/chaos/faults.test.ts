import { faultKinds, planFaults } from './faults';
import { Random } from './random';

const options = { smallDisk: true };

describe('the plan of faults', () => {
  it('is the same for the same seed and another for another', () => {
    expect(planFaults(new Random(7), 60_000, options)).toEqual(planFaults(new Random(7), 60_000, options));
    expect(planFaults(new Random(7), 60_000, options)).not.toEqual(planFaults(new Random(8), 60_000, options));
  });

  it('has every kind of fault in the shortest run and goes on for as long as is asked', () => {
    const kinds = (ms: number): string[] => Object.values(planFaults(new Random(1), ms, options)).flatMap((lane: readonly { fault: string }[]) => lane.map(({ fault }) => fault));
    expect([...new Set(kinds(1))].sort()).toEqual([...faultKinds].sort());
    expect(kinds(1_800_000).length).toBeGreaterThan(3 * kinds(1).length);
  });

  it('leaves the full disk out where none may be filled', () => {
    const { servers } = planFaults(new Random(1), 600_000, { smallDisk: false });
    expect(servers.map(({ fault }) => fault)).not.toContain('disk full');
  });
});
