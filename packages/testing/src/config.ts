import { readConfig } from '@linli/config';

/** Where the test servers are; jest's global setup fills these in when nobody else did. */
export function testServers(): { readonly databaseUrl: string; readonly brokers: readonly string[] } {
  return readConfig(process.env, (env) => ({
    databaseUrl: env.url('LINLI_TEST_DATABASE_URL'),
    brokers: env.list('LINLI_TEST_KAFKA_BROKERS'),
  }));
}
