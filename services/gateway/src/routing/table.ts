import { calendarRoutes } from '../calendar/routes';
import { caseActionRoutes } from '../cases/action-routes';
import { publicActivityRoutes } from '../activities/public-routes';
import { activityRoutes } from '../activities/routes';
import { bookingRoutes } from '../bookings/routes';
import { brandRoutes, publicBrandRoutes } from '../brands/routes';
import { conductRoutes, publicConductRoutes } from '../conduct/routes';
import { incubationRoutes } from '../incubation/routes';
import { jobRoutes, publicJobRoutes } from '../jobs/routes';
import { learningRoutes } from '../learning/routes';
import { caseRoutes } from '../cases/routes';
import { dutyRoutes } from '../duty/routes';
import { committeeRoutes } from '../committees/routes';
import { publicCoverageRoutes } from '../coverage/public-routes';
import { coverageRoutes } from '../coverage/routes';
import { dualReportRoutes } from '../dual-reports/routes';
import { roleRoutes } from '../grants/role-routes';
import { grantRoutes } from '../grants/routes';
import { gridRoutes } from '../grids/routes';
import { importRoutes } from '../imports/routes';
import { instructorRoutes } from '../instructors/routes';
import { itemRoutes } from '../items/routes';
import { jointProjectRoutes } from '../joint-projects/project-routes';
import { needAndResourceRoutes } from '../joint-projects/routes';
import { mandateRoutes } from '../mandates/routes';
import { meetingRoutes } from '../meetings/routes';
import { memberUnitRoutes } from '../member-units/routes';
import { meRoutes } from '../me/routes';
import { personRoutes } from '../persons/routes';
import { publicCovenantRoutes } from '../covenants/public-routes';
import { covenantRoutes } from '../covenants/routes';
import { decisionRoutes } from '../decisions/routes';
import { diaryRoutes } from '../diary/routes';
import { publicFundRoutes } from '../funds/public-routes';
import { fundRoutes } from '../funds/routes';
import { publicPledgeRoutes } from '../pledges/public-routes';
import { pledgeRoutes } from '../pledges/routes';
import { siteFindingRoutes } from '../sites/finding-routes';
import { resettlementRoutes } from '../sites/resettlement-routes';
import { siteRoutes } from '../sites/routes';
import { workerComplaintRoutes } from '../sites/worker-complaint-routes';
import { regradingRoutes } from '../regradings/routes';
import { publicPublicationRoutes } from '../publications/public-routes';
import { publicationRoutes } from '../publications/routes';
import { publicTopicRoutes } from '../topics/public-routes';
import { topicRoutes } from '../topics/routes';
import { staffRoutes } from '../staff/routes';
import { tenantRoutes } from '../tenants/routes';
import { threadRoutes } from '../threads/routes';
import { publicUnitRoutes } from '../units/public-routes';
import { unitRoutes } from '../units/routes';
import { publicVenueRoutes } from '../venues/public-routes';
import { venueRoutes } from '../venues/routes';
import { workRoutes } from '../work/routes';
import type { PublicRoute } from './public-route';
import type { ApiRoute } from './route';

/** Every route of the API, in the order of the reference page. */
export const routeTable: readonly ApiRoute[] = [
  ...caseRoutes,
  ...caseActionRoutes,
  ...mandateRoutes,
  ...itemRoutes,
  ...personRoutes,
  ...workRoutes,
  ...threadRoutes,
  ...pledgeRoutes,
  ...topicRoutes,
  ...decisionRoutes,
  ...covenantRoutes,
  ...fundRoutes,
  ...publicationRoutes,
  ...diaryRoutes,
  ...unitRoutes,
  ...venueRoutes,
  ...bookingRoutes,
  ...gridRoutes,
  ...regradingRoutes,
  ...activityRoutes,
  ...brandRoutes,
  ...incubationRoutes,
  ...jobRoutes,
  ...learningRoutes,
  ...conductRoutes,
  ...importRoutes,
  ...staffRoutes,
  ...calendarRoutes,
  ...dutyRoutes,
  ...roleRoutes,
  ...grantRoutes,
  ...siteRoutes,
  ...siteFindingRoutes,
  ...resettlementRoutes,
  ...workerComplaintRoutes,
  ...tenantRoutes,
  ...memberUnitRoutes,
  ...committeeRoutes,
  ...meetingRoutes,
  ...needAndResourceRoutes,
  ...jointProjectRoutes,
  ...coverageRoutes,
  ...instructorRoutes,
  ...dualReportRoutes,
  ...meRoutes,
];

/** Every public read. */
export const publicRouteTable: readonly PublicRoute[] = [...publicUnitRoutes, ...publicPledgeRoutes, ...publicTopicRoutes, ...publicCovenantRoutes, ...publicFundRoutes, ...publicPublicationRoutes, ...publicVenueRoutes, ...publicCoverageRoutes, ...publicActivityRoutes, ...publicBrandRoutes, ...publicJobRoutes, ...publicConductRoutes];
