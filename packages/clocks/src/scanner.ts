import { setTimeout as pause } from 'node:timers/promises';
import type { Database, SystemDatabase } from '@linli/db';
import type { Metrics } from '@linli/telemetry';
import { followCalendars, type Followed } from './follow-calendars';
import { forgetMoves } from './forget-moves';
import { localDateOf, type LocalDate } from './local-date';
import type { Calendars } from './own-days';
import { raiseBatch, type Raised, type RaiseOptions } from './raise-alarms';
import { recomputeProvisional, type RecomputeOptions } from './recompute';
import { clockStore, type ClockStore } from './store';

export interface AlarmScannerOptions extends RaiseOptions {
  /** The app role's database: alarms are handled as the tenant. */
  readonly database: Database;
  /** The relay role's: it only finds which tenants have something due. */
  readonly system: SystemDatabase;
  /** Told of each due time that new calendar data settled or moved; see `recomputeProvisional`. */
  readonly onMoved?: RecomputeOptions['onMoved'];
  /** Of a service whose tenants have days of their own: the `calendar` of above, kept up to date, and its changes followed. */
  readonly calendars?: Calendars;
  readonly metrics: Metrics;
  /** Between two looks at an idle database; a second when absent. */
  readonly intervalMs?: number;
}

/** What a scanner touches besides its options: as it is in production, in the tests also simulated. */
export interface ScannerPorts {
  readonly store: ClockStore;
  /** Resolves after this long, or when the signal aborts. */
  readonly rest: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const production: ScannerPorts = {
  store: clockStore,
  rest: (milliseconds, signal) => pause(milliseconds, undefined, { signal }).catch(() => undefined),
};

/** The scanner's life. `createAlarmScanner` makes one. */
export interface AlarmScanner {
  /** Scans until stopped; also settles provisional due times once, for calendar data comes with a new release. */
  start(): Promise<void>;
  /** Resolves when the batch at hand is committed. */
  stop(): Promise<void>;
  /** Raises everything due at `now()` and gives the number of alarms raised. */
  scanOnce(): Promise<number>;
  /** Lets open due times follow the tenants' own days; the scanner does it by itself. */
  followOnce(): Promise<Followed>;
}

/**
 * Raises each level of each clock exactly once and in order, with any number of scanners: a clock is claimed
 * (`for update skip locked`), its level noted and `onAlarms` run in one transaction, for many clocks at once. After an
 * outage every missed level is raised, marked `superseded` where a graver one follows: the record stays complete whatever
 * our uptime was. Where `onAlarms` fails, its savepoint is rolled back and each clock has its turn alone; the one that fails
 * then is tried again later, and the others go on.
 */
export function createAlarmScanner(options: AlarmScannerOptions, { store, rest }: ScannerPorts = production): AlarmScanner {
  const { system, now, log } = options;
  const figures = alarmFigures(options.metrics);
  const watchCalendar = calendarWatch(options, figures);
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let scanning: Promise<unknown> = Promise.resolve();
  const settle = provisionalWatch(options, store);
  const follow = calendarFollower(options, store);

  /** One scan at a time in a process: when it ends, what was due is raised, also what another one had in hand. */
  function scanOnce(): Promise<number> {
    const scan = scanning.then(raiseDue);
    scanning = scan.catch(() => undefined);
    return scan;
  }

  async function raiseDue(): Promise<number> {
    let raised = 0;
    for (;;) {
      const due = await store.tenantsWithDueAlarms(system.knex, now());
      figures.delay.set(due[0] === undefined ? 0 : (now().getTime() - due[0].since.getTime()) / 1000);
      let progress = 0;
      // One batch a tenant and round, so that one tenant's backlog does not starve the others.
      for (const { tenantId } of due) {
        if (stopping.signal.aborted) return raised;
        const batch = await raiseForTenant({ ...options, store }, figures, tenantId);
        raised += batch.levels.length;
        progress += batch.levels.length + batch.failures;
      }
      if (progress === 0) return raised;
    }
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await options.calendars?.refresh();
        watchCalendar();
        await scanOnce();
        // Before what is provisional is settled, so that a day which was decided while we were away is named as what moved a due time.
        await follow.inTime();
        await settle();
      } catch (error) {
        log.warn({ err: error }, 'alarm scan failed');
      }
      await rest(options.intervalMs ?? 1000, stopping.signal);
    }
  }

  return {
    scanOnce,
    followOnce: () => follow.once(),
    async start() {
      await options.calendars?.refresh().catch((error: unknown) => log.warn({ err: error }, 'own days of tenants not read yet'));
      running ??= loop();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** One batch in one transaction; what stops the whole batch is logged and met again at the next scan. */
async function raiseForTenant(options: AlarmScannerOptions & Pick<ScannerPorts, 'store'>, figures: AlarmFigures, tenantId: string): Promise<Raised> {
  try {
    const raised = await options.database.withTenant({ tenantId }, (tx) => raiseBatch(tx, options));
    for (const level of raised.levels) figures.raised.inc({ level });
    figures.failures.inc(raised.failures);
    return raised;
  } catch (error) {
    options.log.warn({ tenant: tenantId, err: error }, 'alarm batch failed');
    return { levels: [], failures: 0 };
  }
}

/** Recomputes until nothing failed, at most once a minute. */
function provisionalWatch(options: RecomputeOptions, store: ClockStore): () => Promise<void> {
  let nextAt: number | undefined = 0;
  return async () => {
    if (nextAt === undefined || options.now().getTime() < nextAt) return;
    nextAt = options.now().getTime() + 60_000;
    const { failed } = await recomputeProvisional(options, store);
    if (failed === 0) nextAt = undefined;
  };
}

/** Looks every few seconds, for somebody's due time may hang on it but nobody waits for it; every hour forgets what moved long ago. */
function calendarFollower(options: AlarmScannerOptions, store: ClockStore): { once(): Promise<Followed>; inTime(): Promise<void> } {
  const { calendars, now } = options;
  const nextAt = { follow: 0, forget: 0 };
  async function once(): Promise<Followed> {
    return calendars === undefined ? { moved: 0, failed: 0 } : followCalendars({ ...options, calendars }, store);
  }
  async function inTime(): Promise<void> {
    const at = now().getTime();
    if (at < nextAt.follow) return;
    nextAt.follow = at + 5_000;
    await once();
    if (calendars === undefined || at < nextAt.forget) return;
    nextAt.forget = at + 3_600_000;
    await forgetMoves(options);
  }
  return { once, inTime };
}

/** Warns once a day while a year's data is missing. */
function calendarWatch({ calendar, now, log }: RaiseOptions, figures: AlarmFigures): () => void {
  let seenOn: LocalDate | undefined;
  return () => {
    const today = localDateOf(now());
    if (today === seenOn) return;
    seenOn = today;
    const years = calendar.gaps(now());
    figures.gaps.set(years.length);
    if (years.length > 0) log.warn({ years }, 'calendar data missing: review the notice and add its year');
  };
}

type AlarmFigures = ReturnType<typeof alarmFigures>;

function alarmFigures(metrics: Metrics) {
  return {
    raised: metrics.counter('linli_clock_alarms_total', 'Alarms raised, by level.', ['level']),
    failures: metrics.counter('linli_clock_alarm_failures_total', 'Alarms whose handling failed and is tried again.'),
    delay: metrics.gauge('linli_clock_alarm_delay_seconds', 'How long the longest waiting alarm has been due; 0 when none is.'),
    gaps: metrics.gauge('linli_calendar_missing_years', 'Years whose calendar data should be here by now.'),
  };
}
