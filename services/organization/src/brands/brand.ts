import type { LocalDate } from '@linli/clocks';

/** What a community stands for (一居一品), in one of its versions. */
export interface Brand {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly themeZh: string;
  readonly themeMn: string;
  readonly projects: readonly BrandProject[];
  readonly evidence: readonly BrandEvidence[];
  readonly validFrom: LocalDate;
  /** Exclusive; undefined for the last version. */
  readonly validTo: LocalDate | undefined;
  readonly version: number;
}

export interface BrandProject {
  readonly nameZh: string;
  readonly nameMn: string;
  readonly summaryZh: string;
}

export interface BrandEvidence {
  readonly textZh: string;
  /** '' when there is none. */
  readonly url: string;
}
