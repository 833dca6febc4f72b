import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@linli/testing';
import { Client } from 'pg';
import { forgetContainers } from '../container.ts';
import { containerEngine } from '../engine.ts';
import { kafkaJars } from '../java.ts';
import { startKafka } from '../kafka.ts';
import { choosePorts } from '../ports.ts';
import { startPostgres } from '../postgres.ts';
import { Supervisor } from '../supervisor.ts';

const engine = containerEngine();
const isPresent = (image: string): boolean => engine !== undefined && spawnSync(engine, ['image', 'inspect', image], { stdio: 'ignore' }).status === 0;
const runs = ['postgres:18', `apache/kafka:${kafkaJars().version}`].every(isPresent);

function lines(...args: string[]): string[] {
  const { stdout } = spawnSync(engine ?? '', args, { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.startsWith('linli-'));
}

(runs ? describe : describe.skip)('servers in containers (needs an engine with the images postgres:18 and apache/kafka)', () => {
  const data = mkdtempSync(path.join(tmpdir(), 'linli-container-'));
  const signal = new AbortController().signal;
  const names = { postgres: `linli-postgres-test-${process.pid}`, kafka: `linli-kafka-test-${process.pid}` };
  const ours = (found: string[]): string[] => found.filter((name) => Object.values(names).includes(name));
  let supervisor = new Supervisor(path.join(data, 'logs'));

  beforeAll(() => {
    // The data is in volumes of these names, so that the step of the local binaries is not taken.
    for (const [server, name] of Object.entries(names)) {
      mkdirSync(path.join(data, server));
      writeFileSync(path.join(data, server, 'container.json'), JSON.stringify({ engine, name, complete: false }));
    }
  });
  afterAll(async () => {
    await supervisor.stop();
    forgetContainers(data);
    rmSync(data, { recursive: true });
    expect(ours(lines('volume', 'ls', '--format', '{{.Name}}'))).toEqual([]);
  });

  async function startBoth(): Promise<Client> {
    supervisor = new Supervisor(path.join(data, 'logs'));
    const ports = await choosePorts(['postgres', 'kafka', 'controller']);
    const shared = { data, given: undefined, throwaway: true, supervisor, signal };
    const [postgres] = await Promise.all([
      startPostgres({ ...shared, port: ports.postgres, password: 'test-only' }),
      startKafka({ ...shared, port: ports.kafka, controllerPort: ports.controller }),
    ]);
    const client = new Client(postgres.url);
    client.on('error', () => undefined); // the server goes before it does
    await client.connect();
    return client;
  }

  function running(): string[] {
    return ours(lines('ps', '--all', '--format', '{{.Names}}')).sort();
  }

  it('sort as the local binaries do, and are gone once they are stopped', async () => {
    const client = await startBoth();
    const { rows } = await client.query(`select datlocprovider, datlocale, 'a' < 'B' as lower_first from pg_database where datname = current_database()`);
    expect(rows).toEqual([{ datlocprovider: 'b', datlocale: 'C.UTF-8', lower_first: false }]);
    await client.query('create table kept (id int)');
    expect(running()).toEqual([names.kafka, names.postgres]);
    await client.end();
    await supervisor.stop();
    expect(running()).toEqual([]);
  }, 60_000);

  it('keep their data, and are gone even when the clients that run them are killed', async () => {
    const client = await startBoth();
    await client.query('select * from kept');
    for (const { pid } of supervisor.processes) process.kill(pid, 'SIGKILL');
    await supervisor.crashed;
    await eventually(() => expect(supervisor.processes).toEqual([]));
    expect(running()).toEqual([names.kafka, names.postgres]);
    await supervisor.stop();
    expect(running()).toEqual([]);
  }, 60_000);
});
