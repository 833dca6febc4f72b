import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkMachine } from '../checks.ts';
import { choosePorts, portIsFree } from '../ports.ts';

const launch = path.join(__dirname, '../launch.mjs');

describe('a start that cannot work', () => {
  const data = mkdtempSync(path.join(tmpdir(), 'linli-launch-'));
  const blocker = createServer();
  let taken = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    taken = (blocker.address() as AddressInfo).port;
  });
  afterAll(() => {
    blocker.close();
    rmSync(data, { recursive: true });
  });

  const given = { DATABASE_URL: '', KAFKA_BROKERS: '127.0.0.1:1' };

  it('is told that Node is too old, in one line', () => {
    const pretend = 'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"18.20.0"}})';
    const { status, stderr } = spawnSync(process.execPath, ['--import', pretend, launch, 'start'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'linli: Node 18.20.0 is too old: install Node 20 or newer (24 is best), then try again\n' });
  });

  it('names a port in use and the way around it', async () => {
    await expect(checkMachine({ port: taken, data, env: given })).rejects.toThrow(
      `port ${taken} on 127.0.0.1 is in use: stop the program that listens there, or choose another with \`npm start -- --port N\``,
    );
  });

  it('names a given server that does not answer, without its password', async () => {
    const { free } = await choosePorts(['free']);
    const env = { DATABASE_URL: 'postgres://postgres:hunter2@127.0.0.1:1/postgres' };
    const problem = await checkMachine({ port: free, data, env }).catch((error: Error) => error.message);
    expect(problem).toBe('DATABASE_URL: nothing answers at 127.0.0.1:1: start that server, or unset the variable');
    await expect(checkMachine({ port: free, data, env: given })).rejects.toThrow('KAFKA_BROKERS: nothing answers at 127.0.0.1:1');
    await expect(checkMachine({ port: free, data, env: { KAFKA_BROKERS: 'localhost' } })).rejects.toThrow('KAFKA_BROKERS: localhost is not host:port');
    await expect(checkMachine({ port: free, data, env: { DATABASE_URL: 'localhost:5432' } })).rejects.toThrow('DATABASE_URL is not a URL');
  });

  it('names a data folder that cannot be made', async () => {
    const { free } = await choosePorts(['free']);
    const impossible = path.join(__filename, 'data');
    await expect(checkMachine({ port: free, data: impossible, env: given })).rejects.toThrow(`${impossible} cannot be made (ENOTDIR): choose another place`);
    // Where nothing can be made at all, the answer still comes at once.
    await expect(checkMachine({ port: free, data: '/proc/linli/data', env: given })).rejects.toThrow('/proc/linli/data cannot be made');
  });

  it('names Java, Maven and the ways to do without them', () => {
    const program = `import(${JSON.stringify(path.join(__dirname, '../kafka.ts'))}).then(({ planKafka }) => planKafka(undefined)).catch((error) => console.log(error.message))`;
    const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', env: { PATH: '/nowhere' } });
    expect(stdout).toBe(
      'Java 17 or newer was not found, which Kafka needs: install it (Debian: apt-get install openjdk-17-jre-headless maven), or start Docker, or give KAFKA_BROKERS\n',
    );
  });

  it('answers an unknown script with the list of those there are', () => {
    const { status, stdout } = spawnSync(process.execPath, [launch, 'serve'], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stdout).toContain('npm start');
  });
});

describe('ports', () => {
  it('are free, different, and the same the next time', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'linli-ports-'));
    const file = path.join(folder, 'ports.json');
    const first = await choosePorts(['postgres', 'kafka', 'issuer'], file);
    expect(new Set(Object.values(first)).size).toBe(3);
    for (const port of Object.values(first)) await expect(portIsFree(port)).resolves.toBe(true);
    expect(await choosePorts(['kafka', 'issuer', 'postgres'], file)).toEqual(first);
    rmSync(folder, { recursive: true });
  });
});
