import type { Need, Resource } from './joint-project';

/** A resource that is offered in the need's category, with what is known of it. */
export interface Candidate extends Pick<Resource, 'id' | 'memberUnitId' | 'unitPath' | 'capacity'> {
  /** Unfinished projects that it serves. */
  readonly serving: number;
  /** Projects of the category that its member unit has delivered. */
  readonly delivered: number;
}

export interface Reason {
  readonly code: 'same_category' | 'same_grid' | 'same_community' | 'same_office' | 'capacity_free' | 'delivered_before';
  /** 0 for a reason that does not count. */
  readonly count: number;
}

export interface Suggestion {
  readonly resourceId: string;
  readonly memberUnitId: string;
  readonly reasons: readonly Reason[];
}

type Nearness = 'same_grid' | 'same_community' | 'same_office';

const mostSuggested = 20;
const order: readonly Nearness[] = ['same_grid', 'same_community', 'same_office'];

/**
 * What could meet the need: the nearest first, among these who has delivered more before, then who has more room, then by id.
 * It only says what there is and why; a person decides.
 */
export function suggestMatches(need: Pick<Need, 'unitPath'>, candidates: readonly Candidate[]): Suggestion[] {
  return candidates
    .filter(({ capacity, serving }) => serving < capacity)
    .map((candidate) => ({ candidate, nearness: nearnessOf(need.unitPath, candidate.unitPath), free: candidate.capacity - candidate.serving }))
    .sort((a, b) => order.indexOf(a.nearness) - order.indexOf(b.nearness) || b.candidate.delivered - a.candidate.delivered || b.free - a.free || (a.candidate.id < b.candidate.id ? -1 : 1))
    .slice(0, mostSuggested)
    .map(({ candidate, nearness, free }) => ({
      resourceId: candidate.id,
      memberUnitId: candidate.memberUnitId,
      reasons: [
        { code: 'same_category', count: 0 },
        { code: nearness, count: 0 },
        { code: 'capacity_free', count: free },
        ...(candidate.delivered > 0 ? [{ code: 'delivered_before', count: candidate.delivered } as const] : []),
      ],
    }));
}

/** By the units that two paths share: `/office/community/grid/…`. */
function nearnessOf(one: string, other: string): Nearness {
  const [, , community, grid] = one.split('/');
  const [, , otherCommunity, otherGrid] = other.split('/');
  if (!isSame(community, otherCommunity)) return 'same_office';
  return isSame(grid, otherGrid) ? 'same_grid' : 'same_community';
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one !== '' && one === other;
}
