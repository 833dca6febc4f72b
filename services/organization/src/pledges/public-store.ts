import { tenantOf, type Tx } from '@linli/db';
import { endOfSubtree } from '../scope';
import type { PledgeState } from './pledge-project';

/** A project as anybody may see it, without its parts. */
export interface PublicProject {
  readonly id: string;
  readonly code: string;
  readonly year: number;
  readonly unitNameZh: string;
  readonly titleZh: string;
  readonly descriptionZh: string;
  readonly state: PledgeState;
  readonly dueDay: string;
  readonly firstDueDay: string;
  readonly ownerUnitNameZh: string;
  readonly postTitleZh: string;
  readonly budgetFen: number;
  readonly overdue: boolean;
  readonly completedOn: string | null;
  readonly examiners: number | null;
  readonly scoreCounts: number[] | null;
}

/** What was promised, once and for ever: also when it was dropped later. Of an office that works. */
const projects = `
  select project.id, project.code, project.year, unit.name_zh as "unitNameZh", project.title_zh as "titleZh", project.description_zh as "descriptionZh",
         project.state, project.due_day as "dueDay", project.first_due_day as "firstDueDay", owner.name_zh as "ownerUnitNameZh", post.title_zh as "postTitleZh",
         project.budget_fen as "budgetFen", project.overdue, project.completed_on as "completedOn", project.examiners, project.score_counts as "scoreCounts"
    from pledge_projects project
    join units unit on unit.tenant_id = project.tenant_id and unit.id = project.unit_id
    join units owner on owner.tenant_id = project.tenant_id and owner.id = project.owner_unit_id
    join posts post on post.tenant_id = project.tenant_id and post.id = project.post_id
    join tenants on tenants.tenant_id = project.tenant_id and not tenants.suspended
   where project.tenant_id = :tenant and project.due_day is not null`;

export async function findPublicProject(tx: Tx, id: string): Promise<PublicProject | undefined> {
  const { rows } = await tx.raw<{ rows: PublicProject[] }>(`${projects} and project.id = :id`, { tenant: tenantOf(tx), id });
  return rows[0];
}

export interface PromisedFilter {
  readonly year: number;
  readonly under: string | undefined;
  readonly afterCode: string | undefined;
  readonly limit: number;
}

/** A year's promises by code; an office makes a dozen or two, so those of a unit are picked out of its year. Index: pledge_projects_year_idx. */
export async function listPublicProjects(tx: Tx, { year, under, afterCode, limit }: PromisedFilter): Promise<PublicProject[]> {
  const confined = under === undefined ? '' : 'and project.unit_path >= :under and project.unit_path < :end';
  const { rows } = await tx.raw<{ rows: PublicProject[] }>(`${projects} and project.year = :year and project.code > :afterCode ${confined} order by project.code limit :limit`, {
    tenant: tenantOf(tx),
    year,
    afterCode: afterCode ?? '',
    under: under ?? null,
    end: under === undefined ? null : endOfSubtree(under),
    limit,
  });
  return rows;
}
