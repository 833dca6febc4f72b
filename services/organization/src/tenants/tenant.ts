/** One sub-district office. */
export interface Tenant {
  /** Short and immutable, such as `xingsheng`; also the code of the root unit. */
  readonly id: string;
  readonly nameZh: string;
  readonly region: string;
  readonly city: string;
  readonly district: string;
  readonly timeZone: string;
  readonly suspended: boolean;
  readonly version: number;
}
