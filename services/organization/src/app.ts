import { createSealer } from '@linli/audit';
import { createInternalTokens } from '@linli/auth';
import { clockConstraints, createAlarmScanner, createCalendars, loadCalendar, type AlarmScanner } from '@linli/clocks';
import { organization, thread, work } from '@linli/contracts';
import { createAnswerPruner, openDatabase, openSystemDatabase, pageToken, type ConstraintReasons } from '@linli/db';
import { createGrpcServer, type GrpcServer } from '@linli/grpc';
import { checkOf, startSideServer, type SideServer } from '@linli/http';
import { createRelay } from '@linli/messaging';
import { clockFrom, type App } from '@linli/runtime';
import { createLogger, createMetrics } from '@linli/telemetry';
import { activityService } from './activities/grpc';
import { bookingService } from './bookings/grpc';
import { bookingConstraints } from './bookings/store';
import { calendarService } from './calendar/grpc';
import { brandService } from './brands/grpc';
import { brandConstraints } from './brands/store';
import { conductService } from './conduct/grpc';
import { conductConstraints } from './conduct/store';
import { callerService } from './callers/grpc';
import { committeeService } from './committees/grpc';
import { owedMeetingAlarms, owedMeetingClock } from './committees/owed-meeting';
import { rotationConstraints } from './committees/rotation-store';
import { committeeConstraints } from './committees/store';
import type { ServiceConfig } from './config';
import { covenantAlarms } from './covenants/adopt-covenant';
import { filingClock } from './covenants/covenant';
import { covenantService } from './covenants/grpc';
import { covenantConstraints } from './covenants/store';
import { decisionAlarms } from './decisions/clocks';
import { decisionService } from './decisions/grpc';
import type { Deps } from './deps';
import { diaryService } from './diary/grpc';
import { diaryAlarms, textClock } from './diary/write-entry';
import { coverageService } from './coverage/grpc';
import { coverageConstraints } from './coverage/store';
import { dualReportAlarms, reviewClock as dualReviewClock } from './dual-reports/change-dual-report';
import { dualReportService } from './dual-reports/grpc';
import { dualReportConstraints } from './dual-reports/store';
import { dutyService } from './duty/grpc';
import { dutyClock, reviewClock } from './duty/review-duty';
import { dutyConstraints } from './duty/store';
import { findingKind, referralClock } from './findings/finding';
import { findingClockHandler } from './findings/finding-alarms';
import { siteFindingService } from './findings/grpc';
import { fundService } from './funds/grpc';
import { fundConstraints } from './funds/store';
import { referralClockHandler } from './findings/referral-alarms';
import { grantService } from './grants/grpc';
import { gridService } from './grids/grpc';
import { grantConfirmClock } from './grants/decide-grant';
import { confirmClock } from './grants/request-grant';
import { grantRequestService, roleService } from './grants/role-grpc';
import { grantConstraints } from './grants/store';
import { importService } from './import/grpc';
import { evaluationAlarms, evaluationClock } from './incubation/clocks';
import { incubationService } from './incubation/grpc';
import { jobService } from './jobs/grpc';
import { jobConstraints } from './jobs/store';
import { learningService } from './learning/grpc';
import { learningConstraints } from './learning/store';
import { dueDayAlarms, progressAlarms } from './pledges/alarms';
import { dueClock } from './pledges/choose';
import { pledgeProjectService } from './pledges/grpc';
import { progressClock } from './pledges/progress';
import { pledgeConstraints } from './pledges/store';
import { instructorService } from './instructors/grpc';
import { instructorConstraints } from './instructors/store';
import { projectAlarms, projectClock } from './joint-projects/change-project';
import { jointProjectService } from './joint-projects/grpc';
import { resolutionAlarms } from './meetings/change-resolution';
import { meetingService } from './meetings/grpc';
import { resolutionClock } from './meetings/resolution-changes';
import { meetingConstraints } from './meetings/store';
import { memberUnitService } from './member-units/grpc';
import { memberUnitConstraints } from './member-units/store';
import { publicationService } from './publications/grpc';
import { objectionAlarms, objectionClock } from './publications/raise-objection';
import { resettlementService } from './resettlements/grpc';
import { promiseClockHandler } from './resettlements/promise-alarms';
import { resettlementKind } from './resettlements/resettlement';
import { resettlementConstraints } from './resettlements/store';
import { createRetentionSweep, type RetentionSweep } from './retention/sweep';
import { siteService } from './sites/grpc';
import { visitClock } from './sites/site';
import { siteConstraints } from './sites/store';
import { visitClockHandler } from './sites/visit-alarms';
import { regradingClock } from './regradings/clock-kind';
import { regradingService } from './regradings/grpc';
import { regradingConstraints } from './regradings/store';
import { regradingAlarms } from './regradings/take-effect';
import { staffService } from './staff/grpc';
import { staffConstraints } from './staff/store';
import { tenantService } from './tenants/grpc';
import { threadService } from './threads/grpc';
import { onAlarms, onMoved, type ClockHandlers } from './timing/clock-handlers';
import { topicService } from './topics/grpc';
import { answerClock } from './topics/raise-topic';
import { topicAlarms } from './topics/screen-topic';
import { unitService } from './units/grpc';
import { unitConstraints } from './units/store';
import { venueService } from './venues/grpc';
import { venueConstraints } from './venues/store';
import { workQueueService } from './work/grpc';
import { complaintClockHandler, complaintErasureHandler } from './worker-complaints/alarms';
import { workerComplaintService } from './worker-complaints/grpc';
import { complaintSubject, erasureClock } from './worker-complaints/worker-complaint';

const name = 'organization';
/** What each violated constraint means. */
const constraints: ConstraintReasons = {
  ...unitConstraints,
  ...staffConstraints,
  ...grantConstraints,
  ...dutyConstraints,
  ...clockConstraints,
  ...pledgeConstraints,
  ...siteConstraints,
  ...resettlementConstraints,
  ...venueConstraints,
  ...bookingConstraints,
  ...brandConstraints,
  ...jobConstraints,
  ...learningConstraints,
  ...conductConstraints,
  ...regradingConstraints,
  ...memberUnitConstraints,
  ...committeeConstraints,
  ...rotationConstraints,
  ...meetingConstraints,
  ...covenantConstraints,
  ...fundConstraints,
  ...coverageConstraints,
  ...instructorConstraints,
  ...dualReportConstraints,
};

// A whole office in one request: 50,000 units and as many people.
const requestBytes = 32 * 1024 * 1024;

export interface OrganizationApp extends App {
  readonly deps: Deps;
  /** Known once started. */
  readonly ports: { grpc: number; side: number };
  /** Both run by themselves; to be run at once, for tests. */
  readonly scanner: AlarmScanner;
  readonly retention: RetentionSweep;
}

/** The whole service. `overrides` replaces any member of its dependencies, for tests. */
export async function createApp(config: ServiceConfig, overrides: Partial<Deps> = {}): Promise<OrganizationApp> {
  const log = overrides.log ?? createLogger(name, { level: config.logLevel });
  const metrics = createMetrics(name);
  const now = overrides.now ?? clockFrom(config.clock);
  const internal = createInternalTokens({ issuer: name, privateKey: config.internalKey, trustedKeys: config.internalTrustedKeys });

  const system = openSystemDatabase({ url: config.databaseRelayUrl, name: `${name}-relay`, log });
  const relay = createRelay({ database: system, brokers: config.brokers, clientId: name, source: `linli/${name}`, log, metrics });
  const db = openDatabase({
    url: config.databaseUrl,
    name,
    log,
    constraints,
    onCommit: () => relay.wake(),
  });
  const sealer = createSealer({ system, ...(config.auditSigningKey && { signingKey: config.auditSigningKey }), log, metrics, now });
  const answers = createAnswerPruner({ system, log });
  const calendars = createCalendars(overrides.calendar ?? loadCalendar(), system);
  const deps: Deps = { db, now, log, pages: pageToken(config.pageTokenKey, now), refreshCalendar: () => calendars.refresh(), ...overrides, calendar: calendars };
  const clocks = clockHandlers(deps);
  const scanner = createAlarmScanner({ database: db, system, calendar: deps.calendar, calendars, now, onAlarms: onAlarms(clocks), onMoved: onMoved(clocks), log, metrics });
  const retention = createRetentionSweep({ db, system, now, log, metrics });

  const server = createGrpcServer({ service: name, internal, log, metrics, requestBytes });
  addServices(server, deps);

  const ports = { grpc: 0, side: 0 };
  let side: SideServer | undefined;
  return {
    deps,
    ports,
    scanner,
    retention,
    async start() {
      const ready = async () => [await checkOf('database', db.ping())];
      side = await startSideServer({ port: config.sidePort, host: config.host, log, metrics, ready });
      ports.side = side.port;
      await relay.start();
      await sealer.start();
      answers.start();
      await scanner.start();
      retention.start();
      ports.grpc = await server.start(config.grpcPort, config.host);
    },
    async stop() {
      await server.stop(5_000);
      await scanner.stop();
      await retention.stop();
      await relay.stop();
      await sealer.stop();
      await answers.stop();
      await side?.stop();
      await db.close();
      await system.close();
    },
  };
}

function addServices(server: GrpcServer, deps: Deps): void {
  server.add(organization.TenantServiceDefinition, tenantService(deps));
  server.add(organization.UnitServiceDefinition, unitService(deps));
  server.add(organization.GridServiceDefinition, gridService(deps));
  server.add(organization.RegradingServiceDefinition, regradingService(deps));
  server.add(organization.StaffServiceDefinition, staffService(deps));
  server.add(organization.CalendarServiceDefinition, calendarService(deps));
  server.add(organization.DutyServiceDefinition, dutyService(deps));
  server.add(organization.GrantServiceDefinition, grantService(deps));
  server.add(organization.RoleServiceDefinition, roleService(deps));
  server.add(organization.GrantRequestServiceDefinition, grantRequestService(deps));
  server.add(organization.CallerServiceDefinition, callerService(deps));
  server.add(organization.ImportServiceDefinition, importService(deps));
  server.add(organization.PledgeProjectServiceDefinition, pledgeProjectService(deps));
  server.add(organization.MemberUnitServiceDefinition, memberUnitService(deps));
  server.add(organization.CommitteeServiceDefinition, committeeService(deps));
  server.add(organization.MeetingServiceDefinition, meetingService(deps));
  server.add(organization.SiteServiceDefinition, siteService(deps));
  server.add(organization.SiteFindingServiceDefinition, siteFindingService(deps));
  server.add(organization.VenueServiceDefinition, venueService(deps));
  server.add(organization.BookingServiceDefinition, bookingService(deps));
  server.add(organization.TopicServiceDefinition, topicService(deps));
  server.add(organization.DecisionServiceDefinition, decisionService(deps));
  server.add(organization.CovenantServiceDefinition, covenantService(deps));
  server.add(organization.FundServiceDefinition, fundService(deps));
  server.add(organization.PublicationServiceDefinition, publicationService(deps));
  server.add(organization.DiaryServiceDefinition, diaryService(deps));
  server.add(organization.JointProjectServiceDefinition, jointProjectService(deps));
  server.add(organization.CoverageServiceDefinition, coverageService(deps));
  server.add(organization.InstructorServiceDefinition, instructorService(deps));
  server.add(organization.DualReportServiceDefinition, dualReportService(deps));
  server.add(organization.ActivityServiceDefinition, activityService(deps));
  server.add(organization.BrandServiceDefinition, brandService(deps));
  server.add(organization.IncubationServiceDefinition, incubationService(deps));
  server.add(organization.JobServiceDefinition, jobService(deps));
  server.add(organization.LearningServiceDefinition, learningService(deps));
  server.add(organization.ConductServiceDefinition, conductService(deps));
  server.add(organization.ResettlementServiceDefinition, resettlementService(deps));
  server.add(organization.WorkerComplaintServiceDefinition, workerComplaintService(deps));
  server.add(work.WorkQueueServiceDefinition, workQueueService(deps));
  server.add(thread.ThreadServiceDefinition, threadService(deps));
}

/** What is timed, by the kind of its clock. */
function clockHandlers(deps: Deps): ClockHandlers {
  return {
    [evaluationClock]: evaluationAlarms(deps),
    [progressClock]: progressAlarms(deps),
    [dueClock]: dueDayAlarms(deps),
    [regradingClock]: regradingAlarms(deps),
    [reviewClock]: dutyClock(deps),
    [owedMeetingClock]: owedMeetingAlarms(deps),
    [resolutionClock]: resolutionAlarms(deps),
    [visitClock]: visitClockHandler(deps),
    [findingKind]: findingClockHandler(deps),
    [answerClock]: topicAlarms(deps),
    ...decisionAlarms(deps),
    [objectionClock]: objectionAlarms(deps),
    [filingClock]: covenantAlarms(deps),
    [textClock]: diaryAlarms(deps),
    [projectClock]: projectAlarms(deps),
    [dualReviewClock]: dualReportAlarms(deps),
    [referralClock]: referralClockHandler(deps),
    [resettlementKind]: promiseClockHandler(deps),
    [confirmClock]: grantConfirmClock(deps),
    [complaintSubject]: complaintClockHandler(deps),
    [erasureClock]: complaintErasureHandler(deps),
  };
}
