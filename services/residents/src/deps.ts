import type { Database, PageTokens } from '@linli/db';
import type { Logger } from '@linli/telemetry';
import type { ResidentsConfig } from './config';
import type { Vault } from './vault/vault';

export interface Deps {
  readonly db: Database;
  readonly now: () => Date;
  readonly log: Logger;
  readonly config: ResidentsConfig;
  readonly tokens: PageTokens;
  readonly vault: Vault;
}
