import { assertCoversUnit, type Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { today } from '../days';
import type { Deps } from '../deps';
import type { Keyed, Page } from './export-store';

export const parts = ['units', 'staff', 'posts', 'grants'] as const;

interface ExportInput<Row> {
  readonly part: (typeof parts)[number];
  /** The part's rows, from the store. */
  readonly read: (tx: Tx, page: Page) => Promise<Row[]>;
  readonly limit: number;
  readonly pageToken: string;
}

interface ExportedPage<Row> {
  readonly rows: Row[];
  readonly nextPageToken: string;
  readonly asOf: LocalDate;
}

const beginning = ['', '00000000-0000-0000-0000-000000000000'];

/**
 * One page of one part of the office. All pages of a part tell of the day of its first.
 * @throws permission_denied UNIT_OUT_OF_SCOPE without the permission over the whole tenant, invalid_argument PAGE_TOKEN_INVALID.
 */
export async function exportPage<Row extends Keyed>(deps: Pick<Deps, 'db' | 'now' | 'pages'>, caller: Caller, input: ExportInput<Row>): Promise<ExportedPage<Row>> {
  assertCoversUnit(caller, 'organization.import', '');
  const { part, read, limit, pageToken } = input;
  const context = { list: 'export', part, tenant: caller.tenantId, caller: caller.subject };
  const position = deps.pages.read(pageToken, context) ?? [today(deps), ...beginning];
  const [asOf = '', key = '', id = ''] = position.map(String);
  const found = await deps.db.withTenant(caller, (tx) => read(tx, { after: { key, id }, limit: limit + 1, day: asOf }));
  const { shown: rows, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [asOf, last.key, last.id] });
  return { rows, nextPageToken, asOf };
}
