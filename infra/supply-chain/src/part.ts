/** One piece of software that runs. */
export interface Part {
  /** Its package URL, which says where it comes from. */
  readonly purl: string;
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  /** An SPDX expression, or whatever its author wrote instead; undefined when nothing is declared. */
  readonly licence: string | undefined;
  /** True when it is of this repository. */
  readonly ours: boolean;
  /** The package URLs of what it needs. */
  readonly needs: readonly string[];
}
