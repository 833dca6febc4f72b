import { createLogger, createMetrics } from '@linli/telemetry';
import { captureLogger, eventually } from '@linli/testing';
import { checkOf, startSideServer, type ReadyCheck, type SideServer } from '../src';

const open: SideServer[] = [];

async function start(ready: () => Promise<readonly ReadyCheck[]>): Promise<string> {
  const server = await startSideServer({ port: 0, log: createLogger('test', { level: 'silent' }), metrics: createMetrics('test'), ready });
  open.push(server);
  return `http://127.0.0.1:${server.port}`;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});

describe('side server', () => {
  it('is ready when every check is', async () => {
    const base = await start(async () => [{ name: 'database', ok: true }]);
    const response = await fetch(`${base}/readyz`);
    expect([response.status, await response.text()]).toEqual([200, 'ok database\n']);
  });

  it.each<[string, () => Promise<readonly ReadyCheck[]>, string]>([
    ['a check fails', async () => [{ name: 'database', ok: true }, { name: 'broker', ok: false }], 'ok database\nnot ready broker\n'],
    ['the checks throw', async () => { throw new Error('secret'); }, 'not ready readiness\n'],
  ])('is not ready when %s, and still alive', async (_what, ready, text) => {
    const base = await start(ready);
    const response = await fetch(`${base}/readyz`);
    expect([response.status, await response.text()]).toEqual([503, text]);
    expect((await fetch(`${base}/livez`)).status).toBe(200);
  });

  it('is not ready when the checks hang', async () => {
    const response = await fetch(`${await start(() => new Promise(() => undefined))}/readyz`);
    expect([response.status, await response.text()]).toEqual([503, 'not ready readiness within 2 s\n']);
  });

  it('names a check that hangs or fails', async () => {
    const never = new Promise(() => undefined);
    const base = await start(() => Promise.all([checkOf('database', never), checkOf('broker', Promise.reject(new Error('away'))), checkOf('issuer', Promise.resolve())]));
    const response = await fetch(`${base}/readyz`);
    expect([response.status, await response.text()]).toEqual([503, 'not ready database\nnot ready broker\nok issuer\n']);
  });

  it('writes one line whenever what is missing changes', async () => {
    const captured = captureLogger();
    const state = { database: false, broker: false };
    const ready = async () => Object.entries(state).map(([name, ok]) => ({ name, ok }));
    open.push(await startSideServer({ port: 0, log: captured.log, metrics: createMetrics('test'), ready }));
    const said = () => captured.lines.map(({ msg, missing }) => [msg, missing]);
    const waiting = 'not ready: waiting for what is missing';
    await eventually(() => expect(said()).toEqual([[waiting, ['database', 'broker']]]));
    state.database = true;
    await eventually(() => expect(said().slice(1)).toEqual([[waiting, ['broker']]]));
    state.broker = true;
    await eventually(() => expect(said().slice(2)).toEqual([['ready', undefined]]));
  });

  it('exposes metrics', async () => {
    const response = await fetch(`${await start(async () => [])}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await response.text()).toContain('process_resident_memory_bytes{service="test"}');
  });

  it('serves nothing else', async () => {
    const base = await start(async () => []);
    expect((await fetch(`${base}/`)).status).toBe(404);
    const response = await fetch(`${base}/livez`, { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});
