import { readConfig } from '@linli/config';

/** Where the test servers are; jest's global setup fills these in when nobody else did. */
export function testServers(): { readonly databaseUrl: string; readonly brokers: readonly string[] } {
  return readConfig(process.env, (env) => ({
    databaseUrl: env.url('LINLI_TEST_DATABASE_URL'),
    brokers: env.list('LINLI_TEST_KAFKA_BROKERS'),
  }));
}

/** `UPDATE_SNAPSHOT=1` writes committed files anew instead of comparing with them. */
export function updatesSnapshot(): boolean {
  return process.env['UPDATE_SNAPSHOT'] === '1';
}

/** `LINLI_SIM_RUNS=100000` plays more simulated runs; `LINLI_SIM_SEED=<seed>/<path>`, as a failure prints it, plays that one again. */
export function replayWanted(): { readonly runs: number; readonly seed: number | undefined; readonly path: string | undefined } {
  const [seed = '', path = ''] = (process.env['LINLI_SIM_SEED'] ?? '').split('/');
  return { runs: Number(process.env['LINLI_SIM_RUNS'] ?? 2_000), seed: seed === '' ? undefined : Number(seed), path: path === '' ? undefined : path };
}
