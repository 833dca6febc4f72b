import type { Calendar } from '@linli/clocks';
import type { Database, PageTokens } from '@linli/db';
import type { Logger } from '@linli/telemetry';

export interface Deps {
  readonly db: Database;
  readonly now: () => Date;
  readonly log: Logger;
  readonly pages: PageTokens;
  /** The national working calendar; `of` a tenant with the office's own days over it. */
  readonly calendar: Calendar;
  /** Learns of decisions on days at once; otherwise the scanner does within a second. */
  readonly refreshCalendar: () => Promise<void>;
}
