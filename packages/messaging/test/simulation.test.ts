import { assertHeld, simulatedRuns } from '@linli/testing';
import fc from 'fast-check';
import { faultyPorts } from './simulation/faulty-ports';
import { play, playCrash, scenarios, type Scenario } from './simulation/scenario';
import type { Spoil } from './simulation/world';

jest.setTimeout(600_000);

function playMany(options: fc.Parameters<[Scenario]>, spoil?: Spoil): Promise<fc.RunDetails<[Scenario]>> {
  const property = fc.asyncProperty(scenarios, async (scenario) => void (await play(scenario, spoil)));
  return fc.check(property, options);
}

describe('relays, lanes and consumers', () => {
  it(`keep every promise in ${simulatedRuns().numRuns} simulated runs, and drain when the faults stop`, async () => {
    assertHeld(await playMany(simulatedRuns()));
  });

  it.each(['relay-1', 'consumer-1'])('survive a crash of %s at every await point, before the request leaves and after it was served', async (victim) => {
    const points = await playCrash(victim);
    expect(points).toBeGreaterThan(50);
    for (let point = 1; point <= points; point += 1) {
      for (const when of ['before', 'after'] as const) await playCrash(victim, { await: point, when });
    }
  });

  it('do the same again for the same seed', async () => {
    const [scenario] = fc.sample(scenarios, { numRuns: 1, seed: 7 });
    if (scenario === undefined) throw new Error('no scenario');
    const [first, second] = [await play(scenario), await play(scenario)];
    expect(first.simulation.history.length).toBeGreaterThan(100);
    expect(second.simulation.history).toEqual(first.simulation.history);
  });
});

describe('the simulation finds', () => {
  it.each(faultyPorts)('$name', async ({ says, spoil }) => {
    const outcome = await playMany({ numRuns: 1_000, seed: 20_261_124, endOnFailure: true }, spoil);
    expect(outcome.errorInstance).toMatchObject({ message: expect.stringMatching(says) });
  });
});
