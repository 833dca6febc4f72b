/** How many activists and admitted members a year had. Numbers only: there is no file of anybody. */
export interface DevelopmentCount {
  readonly unitId: string;
  readonly year: number;
  readonly activists: number;
  readonly admitted: number;
  readonly version: number;
}
