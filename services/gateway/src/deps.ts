import type { Database, PageTokens } from '@linli/db';
import type { Logger, Metrics } from '@linli/telemetry';
import type { Clients } from './clients';
import type { ServiceConfig } from './config';
import type { NameMemory } from './names/name-memory';

export interface Deps {
  readonly config: ServiceConfig;
  readonly db: Database;
  readonly clients: Clients;
  readonly names: NameMemory;
  readonly tokens: PageTokens;
  readonly now: () => Date;
  readonly log: Logger;
  readonly metrics: Metrics;
}
