import type { Calendar } from '@linli/clocks';
import type { Database, PageTokens } from '@linli/db';
import type { Logger } from '@linli/telemetry';

export interface Deps {
  readonly db: Database;
  readonly now: () => Date;
  readonly log: Logger;
  readonly pages: PageTokens;
  /** The national working calendar. */
  readonly calendar: Calendar;
}
