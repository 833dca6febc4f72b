import type { LocalDate } from '@linli/clocks';

export const covenantKind = 'organization.covenant';
export const filingClock = 'organization.covenant_filing';

/** 居民公约, in numbered versions. */
export interface Covenant {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly number: number;
  readonly decisionId: string;
  readonly textZh: string;
  readonly effectiveFrom: LocalDate;
  readonly filingDueAt: Date;
  readonly overdue: boolean;
  readonly filedOn: LocalDate | undefined;
  readonly createdAt: Date;
  readonly version: number;
}
