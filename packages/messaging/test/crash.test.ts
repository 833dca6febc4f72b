import { spawn, type ChildProcess } from 'node:child_process';
import { once as happens } from 'node:events';
import path from 'node:path';
import { eventually } from '@linli/testing';
import { change, effects, outboxSize, readTopic, startConsumer, uniqueName, upTo, useWorld } from './support';

jest.setTimeout(180_000);

const kit = useWorld();
const children: ChildProcess[] = [];

afterEach(async () => {
  await Promise.all(children.splice(0).map(end));
});

function spawnRelay(name: string): ChildProcess {
  const program = ['--require', path.join(__dirname, '../../testing/from-source.cjs'), path.join(__dirname, 'relay-process.ts')];
  const child = spawn(process.execPath, [...program, kit.world.test.relayUrl, kit.world.brokers.join(','), name], { stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await happens(child, 'exit');
}

async function ownsLanes(name: string, lanes: number): Promise<void> {
  await eventually(
    async () => expect(await kit.world.admin.knex('outbox_lane').where('owner', 'like', `${name}/%`)).toHaveLength(lanes),
    { timeoutMs: 30_000 },
  );
}

/** Writers that go on until told to stop; resolves to the versions reached. */
function startWriters(ids: readonly string[]): { stop(): Promise<Record<string, number>> } {
  let isStopping = false;
  const reached: Record<string, number> = {};
  const writing = Promise.all(ids.map(async (id) => {
    while (!isStopping) reached[id] = await change(kit.world, id);
  }));
  return {
    async stop() {
      isStopping = true;
      await writing;
      return reached;
    },
  };
}

const ids = Array.from({ length: 12 }, (_, index) => `k${index}`);

describe('relays that are killed or frozen while changes are being made', () => {
  it('lose nothing, double no effect and keep the order when one is killed', async () => {
    const group = uniqueName('test-crash');
    await startConsumer(kit.world, group);
    spawnRelay('r1');
    spawnRelay('r2');
    await Promise.all([ownsLanes('r1', 8), ownsLanes('r2', 8)]);
    const writers = startWriters(ids);
    for (const [victim, survivor, next] of [['r1', 'r2', 'r3'], ['r2', 'r3', 'r4']] as const) {
      const before = Object.values(await effects(kit.world, group)).flat().length;
      await eventually(async () => expect(Object.values(await effects(kit.world, group)).flat().length).toBeGreaterThan(before + 100));
      await end(children[Number(victim.slice(1)) - 1] ?? spawnRelay('none'));
      await ownsLanes(survivor, 16);
      spawnRelay(next);
      await ownsLanes(next, 8);
    }
    const reached = await writers.stop();
    const expected = Object.fromEntries(ids.map((id) => [id, upTo(reached[id] ?? 0)]));
    await eventually(async () => expect(await effects(kit.world, group)).toEqual(expected), { timeoutMs: 30_000 });
    expect(await outboxSize(kit.world)).toBe(0);
  });

  it('leave the lanes to the next one while frozen, and repeat at most what was in flight when they thaw', async () => {
    const group = uniqueName('test-crash');
    await startConsumer(kit.world, group);
    const frozen = spawnRelay('r1');
    await ownsLanes('r1', 16);
    const writers = startWriters(ids);
    await eventually(async () => expect(Object.keys(await effects(kit.world, group))).toHaveLength(ids.length));
    frozen.kill('SIGSTOP');
    spawnRelay('r2');
    await ownsLanes('r2', 16);
    const before = Object.values(await effects(kit.world, group)).flat().length;
    await eventually(async () => expect(Object.values(await effects(kit.world, group)).flat().length).toBeGreaterThan(before + 100));
    frozen.kill('SIGCONT');
    await ownsLanes('r1', 8);
    const reached = await writers.stop();
    const expected = Object.fromEntries(ids.map((id) => [id, upTo(reached[id] ?? 0)]));
    await eventually(async () => expect(await effects(kit.world, group)).toEqual(expected), { timeoutMs: 30_000 });
    const total = Object.values(reached).reduce((sum, version) => sum + version, 0);
    const events = await readTopic(kit.world, (seen) => new Set(seen.map((event) => event.id)).size === total);
    expect(events.length - total).toBeLessThanOrEqual(500);
  });
});
