import { assertHeld, simulatedRuns } from '@linli/testing';
import fc from 'fast-check';
import { play, playCrash, scenarios, type Scenario } from './simulation/scenario';
import { processOfTx } from './simulation/tables';
import type { Spoil } from './simulation/world';

jest.setTimeout(600_000);

function playMany(options: fc.Parameters<[Scenario]>, spoil?: Spoil): Promise<fc.RunDetails<[Scenario]>> {
  return fc.check(fc.asyncProperty(scenarios, async (scenario) => void (await play(scenario, spoil))), options);
}

describe('alarm scanners', () => {
  it(`raise every level once, in order and never early in ${simulatedRuns().numRuns} simulated runs`, async () => {
    assertHeld(await playMany(simulatedRuns()));
  });

  it('survive a crash at every await point, before the request leaves and after it was served', async () => {
    const points = await playCrash();
    expect(points).toBeGreaterThan(100);
    for (let point = 1; point <= points; point += 1) {
      for (const when of ['before', 'after'] as const) await playCrash({ await: point, when });
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
  it.each<{ name: string; says: RegExp; spoil: Spoil }>([
    {
      name: 'a level that is noted in another transaction than its effect',
      says: /never raised|doubled/,
      spoil: (ports, tables) => ({
        ...ports,
        store: {
          ...ports.store,
          // The lock of the alarm's own transaction would stand in the way.
          claimDueClocks: (tx, now, limit) =>
            tables.database.within(tx, 'read due clocks', (session) =>
              session.rows(tables.clocks).map(([, clock]) => clock).filter((clock) => clock.tenantId === session.tenantId && clock.nextAlarmAt !== undefined && clock.nextAlarmAt <= now).slice(0, limit),
            ),
          noteAlarms: (tx, clocks) => tables.database.alone(processOfTx(tx), 'note apart', (session) => clocks.map((clock) => tables.note(session, clock))),
        },
      }),
    },
    {
      name: 'a claim without a lock',
      says: /doubled|order/,
      spoil: (ports, tables) => ({
        ...ports,
        store: {
          ...ports.store,
          claimDueClocks: (tx, now) =>
            tables.database.within(tx, 'read due clocks', (session) =>
              session.rows(tables.clocks).map(([, clock]) => clock).filter((clock) => clock.tenantId === session.tenantId && clock.nextAlarmAt !== undefined && clock.nextAlarmAt <= now),
            ),
        },
      }),
    },
    {
      name: 'an effect that stays when its alarm failed',
      says: /doubled|order/,
      spoil: (ports) => ({ ...ports, store: { ...ports.store, undoAlarm: () => Promise.resolve() } }),
    },
  ])('$name', async ({ says, spoil }) => {
    const outcome = await playMany({ numRuns: 1_000, seed: 20_261_124, endOnFailure: true }, spoil);
    expect(outcome.errorInstance).toMatchObject({ message: expect.stringMatching(says) });
  });
});
