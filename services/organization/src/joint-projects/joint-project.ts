import type { LocalDate } from '@linli/clocks';
import type { TogetherTag } from '../meetings/meeting';

export const needStates = ['open', 'taken', 'met', 'withdrawn'] as const;
export type NeedState = (typeof needStates)[number];

/** What a place lacks (需求清单). */
export interface Need {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly categoryCode: string;
  readonly textZh: string;
  readonly state: NeedState;
  readonly raisedOn: LocalDate;
  readonly version: number;
}

/** What a member unit can give (资源清单). */
export interface Resource {
  readonly id: string;
  readonly memberUnitId: string;
  readonly unitPath: string;
  readonly categoryCode: string;
  readonly titleZh: string;
  /** How many projects it serves at a time. */
  readonly capacity: number;
  readonly offeredOn: LocalDate;
  readonly withdrawnOn: LocalDate | undefined;
  readonly version: number;
}

export const projectStates = ['proposed', 'matched', 'agreed', 'running', 'delivered', 'reviewed_by_residents', 'closed', 'stalled'] as const;
export type ProjectState = (typeof projectStates)[number];

/** How many residents found it so. */
export interface Usefulness {
  readonly useful: number;
  readonly partly: number;
  readonly notUseful: number;
}

/** Needs that resources of member units meet (项目清单). */
export interface JointProject {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly titleZh: string;
  readonly state: ProjectState;
  readonly tags: readonly TogetherTag[];
  readonly needIds: readonly string[];
  readonly resourceIds: readonly string[];
  readonly leadMemberUnitId: string | undefined;
  readonly budgetCents: number;
  readonly dueOn: LocalDate;
  readonly overdueAt: Date | undefined;
  readonly proof: string;
  readonly usefulness: Usefulness;
  /** Why it stalled, or was closed without a rating; else ''. */
  readonly reasonCode: string;
  readonly version: number;
}
