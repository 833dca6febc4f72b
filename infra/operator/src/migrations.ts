import type { Migration } from '@linli/db';
import type { ServiceName } from './config';

/** Loaded only when wanted: each service brings its libraries along. */
export const migrationsOf: Readonly<Record<ServiceName, () => Promise<readonly Migration[]>>> = {
  organization: async () => (await import('@linli/organization')).migrations,
  residents: async () => (await import('@linli/residents')).migrations,
  requests: async () => (await import('@linli/requests')).migrations,
  gateway: async () => (await import('@linli/gateway')).migrations,
};
