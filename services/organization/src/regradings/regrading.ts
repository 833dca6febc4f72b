import type { LocalDate } from '@linli/clocks';
import type { Unit } from '../units/unit';

export const regradingStates = ['planned', 'in_effect', 'withdrawn'] as const;
export type RegradingState = (typeof regradingStates)[number];

/** A unit that is there, or one that the same regrading opens. */
export type Target = { readonly unitId: string } | { readonly newCode: string };

type Names = Pick<Unit, 'nameZh' | 'nameMn'>;

export type Operation =
  | ({ readonly type: 'open'; readonly parent: Target } & Pick<Unit, 'kind' | 'code'> & Names)
  | { readonly type: 'close'; readonly unitId: string; readonly successor: Target }
  | { readonly type: 'split'; readonly unitId: string; readonly parts: readonly SplitPart[] }
  | { readonly type: 'merge'; readonly unitIds: readonly string[]; readonly into: Target }
  | { readonly type: 'move'; readonly unitId: string; readonly parent: Target }
  | ({ readonly type: 'rename'; readonly unitId: string } & Names);

export interface SplitPart extends Names {
  readonly code: string;
  /** Units directly below the whole. */
  readonly childIds: readonly string[];
}

/** 区划调整: a change of the tree, decided on one day, that holds from another. */
export interface Regrading {
  readonly id: string;
  readonly titleZh: string;
  readonly effectiveOn: LocalDate;
  readonly state: RegradingState;
  readonly operations: readonly Operation[];
  /** The lowest unit that covers all it touches. */
  readonly unitPath: string;
  readonly plannedBy: string;
  readonly plannedAt: Date;
  readonly endedAt: Date | undefined;
  readonly version: number;
}

/** What it does to one unit. */
export interface RegradedUnit {
  readonly unitId: string;
  readonly regradedAs: 'opened' | 'ended' | 'renamed';
  /** Of a unit that ends. */
  readonly successorId: string | undefined;
}
