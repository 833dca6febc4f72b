import type { Calendar } from '@linli/clocks';
import type { residents } from '@linli/contracts';
import type { Database, PageTokens } from '@linli/db';
import type { GrpcClient } from '@linli/grpc';
import type { Logger } from '@linli/telemetry';
import type { NumberSeries } from './cases/numbers';
import type { RequestsConfig } from './config';

export interface Deps {
  readonly db: Database;
  readonly now: () => Date;
  readonly log: Logger;
  readonly config: RequestsConfig;
  readonly calendar: Calendar;
  readonly tokens: PageTokens;
  readonly numbers: NumberSeries;
  readonly persons: GrpcClient<typeof residents.PersonServiceDefinition>;
}
