import type { UnitScopes } from '@linli/auth';
import { addDays, instantAt, type LocalDate } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import type { Knex } from 'knex';
import { wherePageByUnit } from '../by-unit';
import type { Condition } from '../validity';
import type { Result } from '../quorum/quorum';
import { whereInSubtree } from '../scope';
import { lastingKinds, type Objections, type Publication, type PublicationKind, type WithdrawReason } from './publication';
import { publicationNotFound } from './rules';

interface PublicationRow {
  readonly id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly kind: PublicationKind;
  readonly decision_id: string | null;
  readonly title_zh: string;
  readonly text_zh: string;
  readonly from_day: string;
  readonly to_day: string;
  readonly withdrawn_at: Date | null;
  readonly withdraw_reason: WithdrawReason | null;
  readonly created_at: Date;
  readonly version: number;
}

type Counted = Publication & Objections;

export async function insertPublication(tx: Tx, publication: Publication): Promise<void> {
  await tx('publications').insert({
    tenant_id: tenantOf(tx),
    id: publication.id,
    unit_id: publication.unitId,
    unit_path: publication.unitPath,
    kind: publication.kind,
    decision_id: publication.decisionId ?? null,
    title_zh: publication.titleZh,
    text_zh: publication.textZh,
    from_day: publication.fromDay,
    to_day: publication.toDay,
    created_at: publication.createdAt,
    version: publication.version,
  });
}

/** It is withdrawn: nothing else of it changes. */
export async function updatePublication(tx: Tx, { id, titleZh, textZh, withdrawnAt, withdrawReason, version }: Publication): Promise<void> {
  await tx('publications')
    .where({ tenant_id: tenantOf(tx), id })
    .update({ title_zh: titleZh, text_zh: textZh, withdrawn_at: withdrawnAt ?? null, withdraw_reason: withdrawReason ?? null, version });
}

/** To withdraw it: objections that are being raised come first, and none comes after. */
export async function lockPublication(tx: Tx, id: string): Promise<Publication | undefined> {
  const row = await tx('publications').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<PublicationRow | undefined>();
  return row && toPublication(row);
}

/** For an objection: withdrawing waits for it, other objections do not. */
export async function sharePublication(tx: Tx, id: string): Promise<Publication | undefined> {
  const row = await tx('publications').where({ tenant_id: tenantOf(tx), id }).forShare().first<PublicationRow | undefined>();
  return row && toPublication(row);
}

/** @throws not_found PUBLICATION_NOT_FOUND. */
export async function getPublication(tx: Tx, id: string): Promise<Counted> {
  const publication = await findPublication(tx, id);
  if (publication === undefined) throw publicationNotFound();
  return publication;
}

export async function findPublication(tx: Tx, id: string): Promise<Counted | undefined> {
  const row = await publications(tx).where('publication.id', id).first<(PublicationRow & Objections) | undefined>();
  return row && toCounted(row);
}

interface PublicationPage {
  readonly scopes: UnitScopes;
  readonly kind: PublicationKind | undefined;
  /** Those that were up when that day ended; undefined for all there ever were. */
  readonly asOf: LocalDate | undefined;
  readonly beforeId: string | undefined;
  readonly limit: number;
}

/** The newest first. Indexes: publications_unit_path_idx, publications_pkey for the whole office. */
export async function listPublications(
  tx: Tx,
  { scopes, kind, asOf, beforeId, limit }: PublicationPage,
): Promise<Counted[]> {
  const query = publications(tx).orderBy('publication.id', 'desc').limit(limit);
  wherePageByUnit(tx, query, { table: 'publications', id: 'publication.id', order: 'newest', scopes, holding: { kind }, also: asOf === undefined ? undefined : upOn(asOf), after: beforeId, limit });
  return ((await query) as (PublicationRow & Objections)[]).map(toCounted);
}

function upOn(day: LocalDate): Condition {
  const bindings = { day, dayEnds: instantAt(addDays(day, 1), 0) };
  return { sql: 'from_day <= :day and to_day >= :day and (withdrawn_at is null or withdrawn_at >= :dayEnds)', bindings };
}

/** With the counts of its objections. Index: objections_publication_idx. */
function publications(tx: Tx): Knex.QueryBuilder {
  return tx('publications as publication')
    .joinRaw(
      `cross join lateral (
         select count(*) as objections, count(*) filter (where state = 'answered') as answered
           from objections where objections.tenant_id = publication.tenant_id and objections.publication_id = publication.id) as counts`,
    )
    .where('publication.tenant_id', tenantOf(tx))
    .select('publication.*', 'counts.*');
}

/** As anybody may read it; `vote` where it tells of a decision. */
export interface PublicPublication extends Objections, Pick<Publication, 'id' | 'kind' | 'titleZh' | 'textZh' | 'fromDay' | 'toDay'> {
  readonly unitNameZh: string;
  readonly vote: {
    readonly titleZh: string;
    readonly result: Result;
    readonly entitled: number;
    readonly present: number;
    readonly inFavour: number;
    readonly against: number;
    readonly abstained: number;
    readonly papers: number | null;
    readonly citation: string;
  } | null;
}

const inPublic = `
  select publication.id, publication.kind, publication.title_zh as "titleZh", publication.text_zh as "textZh", publication.from_day as "fromDay", publication.to_day as "toDay",
         unit.name_zh as "unitNameZh", counts.objections, counts.answered,
         case when decision.id is not null then jsonb_build_object('titleZh', decision.title_zh, 'result', decision.result, 'entitled', decision.entitled, 'present', decision.present,
           'inFavour', decision.in_favour, 'against', decision.against, 'abstained', decision.abstained, 'papers', decision.papers, 'citation', quorum.citation) end as vote
    from publications publication
    join units unit on unit.tenant_id = publication.tenant_id and unit.id = publication.unit_id
    join tenants on tenants.tenant_id = publication.tenant_id and not tenants.suspended
    left join decisions decision on decision.tenant_id = publication.tenant_id and decision.id = publication.decision_id
    left join quorum_rule_sets quorum on quorum.id = decision.quorum_id and quorum.version = decision.quorum_version
    cross join lateral (select count(*) as objections, count(*) filter (where state = 'answered') as answered
                          from objections where tenant_id = publication.tenant_id and publication_id = publication.id) as counts
   where publication.tenant_id = :tenant and publication.from_day <= :day and publication.withdrawn_at is null`;

/** What is published on the day, and what stays when its time is over. */
export async function findPublicPublication(tx: Tx, id: string, day: LocalDate): Promise<PublicPublication | undefined> {
  const { rows } = await tx.raw<{ rows: PublicPublication[] }>(`${inPublic} and publication.id = :id and (publication.to_day > :day or publication.kind = any(:lasting))`, {
    tenant: tenantOf(tx),
    id,
    day,
    lasting: lastingKinds,
  });
  return rows[0];
}

export interface PublishedFilter {
  readonly day: LocalDate;
  readonly under: string | undefined;
  readonly after: { readonly fromDay: LocalDate; readonly id: string } | undefined;
  readonly limit: number;
}

/** What is published on the day, the newest first; the page is chosen before it is counted. Indexes: publications_unit_period_idx, publications_period_idx for the whole office. */
export async function listPublicPublications(tx: Tx, { day, under, after, limit }: PublishedFilter): Promise<PublicPublication[]> {
  const page = tx('publications').where({ tenant_id: tenantOf(tx), withdrawn_at: null }).where('to_day', '>', day).where('from_day', '<=', day).limit(limit).select('id');
  void page.orderBy([{ column: 'from_day', order: 'desc' }, { column: 'id', order: 'desc' }]);
  if (under !== undefined) whereInSubtree(page, 'unit_path', under);
  if (after !== undefined) void page.whereRaw('(from_day, id) < (cast(? as date), cast(? as uuid))', [after.fromDay, after.id]);
  const { rows } = await tx.raw<{ rows: PublicPublication[] }>(`${inPublic} and publication.id in (:page) order by publication.from_day desc, publication.id desc`, { tenant: tenantOf(tx), day, page });
  return rows;
}

function toCounted(row: PublicationRow & Objections): Counted {
  return { ...toPublication(row), objections: row.objections, answered: row.answered };
}

function toPublication(row: PublicationRow): Publication {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    kind: row.kind,
    decisionId: row.decision_id ?? undefined,
    titleZh: row.title_zh,
    textZh: row.text_zh,
    fromDay: row.from_day,
    toDay: row.to_day,
    withdrawnAt: row.withdrawn_at ?? undefined,
    withdrawReason: row.withdraw_reason ?? undefined,
    createdAt: row.created_at,
    version: row.version,
  };
}
