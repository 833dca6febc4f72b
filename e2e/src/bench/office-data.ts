import { Client } from 'pg';
import type { OwnPlatform } from '../own-platform';
import { Random } from '../chaos/random';
import { copyRows, type Cell } from './copy';

export const tenant = 'xingsheng';

/** What an office's cases are drawn from, as the service under test knows it. */
interface Office {
  readonly unitPaths: readonly string[];
  readonly handlerPaths: readonly string[];
  readonly staff: readonly string[];
  readonly residents: readonly string[];
  readonly item: { readonly code: string; readonly version: number; readonly nameZh: string };
  readonly now: Date;
}

const seed = 20_261_124;
const open = ['submitted', 'needs_material', 'accepted', 'processing', 'paused', 'awaiting_decision', 'decided', 'delivered', 'reopened'] as const;
/** Most of what an office has ever taken on is done. */
const openShare = 0.08;
const day = 86_400_000;
const manyResidents = 20_000;
const drawnAtOnce = 50_000;

const caseColumns = [
  'tenant_id', 'id', 'number', 'item_code', 'item_version', 'item_name_zh', 'case_type', 'resident_id', 'channel', 'unit_id', 'unit_path',
  'agent_id', 'backup_id', 'owner_id', 'handler_unit_id', 'handler_unit_path', 'state', 'waits_for', 'submitted_at', 'notice_due_at', 'accepted_at',
  'accepted_automatically', 'due_at', 'due_provisional', 'next_due_at', 'extended', 'decline_reason_code', 'decline_explanation', 'decline_redirect',
  'pause_cause', 'result', 'result_explanation', 'decided_at', 'delivery_method', 'delivered_at', 'closed_at', 'reopened_count', 'subject',
  'thread_id', 'created_at', 'updated_at', 'version',
];
const entryColumns = ['tenant_id', 'case_id', 'version', 'thread_id', 'at', 'actor_kind', 'actor_id', 'code', 'facts', 'note', 'internal_note'];
const clockColumns = [
  'tenant_id', 'id', 'kind', 'subject_type', 'subject_id', 'citation', 'state', 'amount', 'unit', 'roll', 'started_at', 'due_at', 'provisional',
  'alarms', 'next_alarm_at', 'version',
];

const waits: Readonly<Record<string, string>> = { submitted: 'clerks', needs_material: 'clerks', paused: 'handlers', awaiting_decision: 'handlers', delivered: 'coordinators' };
const reached: Readonly<Record<string, readonly string[]>> = {
  submitted: ['submitted'],
  needs_material: ['submitted', 'material_requested'],
  accepted: ['submitted', 'accepted'],
  processing: ['submitted', 'accepted', 'processing_started'],
  closed: ['submitted', 'accepted', 'decided', 'closed'],
};

/** Fills the office of the fixtures up to `count` cases, with their timelines and, where one is open, its clock. Returns how many were added. */
export async function fillOffice(platform: OwnPlatform, count: number): Promise<number> {
  const client = new Client({ connectionString: databaseOf(platform.adminUrl, 'linli_requests') });
  await client.connect();
  try {
    const { rows } = await client.query<{ cases: number }>('select count(*)::int as cases from cases where tenant_id = $1', [tenant]);
    const from = rows[0]?.cases ?? 0;
    if (from >= count) return 0;
    const office = await readOffice(client);
    // Foreign keys are not looked at row by row; everything else, the checks included, is.
    await client.query(`set session_replication_role = replica; set synchronous_commit = off`);
    const random = new Random(seed);
    for (let first = from; first < count; first += drawnAtOnce) {
      const drawn = Array.from({ length: Math.min(drawnAtOnce, count - first) }, (_, index) => drawCase(office, random, first + index));
      await copyRows({ client, table: 'cases', columns: caseColumns }, drawn.map(caseRow));
      await copyRows({ client, table: 'case_entries', columns: entryColumns }, drawn.flatMap(entryRows));
      await copyRows({ client, table: 'clocks', columns: clockColumns }, drawn.filter(isOpen).map(clockRow));
    }
    await client.query('vacuum (analyze) cases, case_entries, clocks');
    return count - from;
  } finally {
    await client.end();
  }
}

export function databaseOf(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.toString();
}

async function readOffice(client: Client): Promise<Office> {
  const units = await client.query<{ path: string; kind: string }>('select path, kind from directory_units where tenant_id = $1 and valid_to is null order by path', [tenant]);
  const staff = await client.query<{ id: string }>('select id from directory_staff where tenant_id = $1 order by id', [tenant]);
  const items = await client.query<{ code: string; version: number; name_zh: string }>('select code, version, name_zh from items where tenant_id = $1 order by code, version limit 1', [tenant]);
  const [item] = items.rows;
  if (item === undefined) throw new Error('the office has no items');
  return {
    unitPaths: units.rows.filter(({ kind }) => ['community', 'grid', 'building'].includes(kind)).map(({ path }) => path),
    handlerPaths: units.rows.filter(({ kind }) => kind === 'department').map(({ path }) => path),
    staff: staff.rows.map(({ id }) => id),
    residents: Array.from({ length: manyResidents }, (_, n) => residentId(n)),
    item: { code: item.code, version: item.version, nameZh: item.name_zh },
    now: new Date(Math.floor(Date.now() / day) * day),
  };
}

interface Drawn {
  readonly id: string;
  readonly n: number;
  readonly office: Office;
  readonly state: string;
  readonly unitPath: string;
  readonly handlerPath: string;
  readonly agent: string;
  readonly backup: string;
  readonly owner: string;
  readonly resident: string;
  readonly createdAt: Date;
  readonly dueAt: Date;
}

function drawCase(office: Office, random: Random, n: number): Drawn {
  const pick = <T>(all: readonly T[]): T => all[random.between(0, all.length - 1)] as T;
  const isOpen = random.chance(openShare);
  const agent = random.between(0, office.staff.length - 1);
  const at = (place: number): string => office.staff[place % office.staff.length] ?? '';
  const createdAt = new Date(office.now.getTime() - random.between(1, isOpen ? 20 : 1_000) * day);
  return {
    id: idOf('c', n),
    n,
    office,
    state: isOpen ? pick(open) : pick(['closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'withdrawn', 'declined']),
    unitPath: pick(office.unitPaths),
    handlerPath: pick(office.handlerPaths),
    agent: at(agent),
    backup: at(agent + 1),
    owner: random.chance(0.1) ? at(agent + 1) : at(agent),
    resident: pick(office.residents),
    createdAt,
    // From overdue to three weeks ahead.
    dueAt: new Date((isOpen ? office.now.getTime() : createdAt.getTime()) + random.between(isOpen ? -5 : 1, 21) * day + random.between(0, day - 1)),
  };
}

function isOpen({ state }: Drawn): boolean {
  return (open as readonly string[]).includes(state);
}

function isTaken({ state }: Drawn): boolean {
  return !['submitted', 'needs_material', 'declined', 'withdrawn'].includes(state);
}

function caseRow(drawn: Drawn): Cell[] {
  const { id, n, office, state, unitPath, handlerPath, resident, createdAt, dueAt } = drawn;
  const taken = isTaken(drawn);
  const time = createdAt.toISOString();
  const due = dueAt.toISOString();
  const is = (...states: string[]): boolean => states.includes(state);
  const decided = is('decided', 'delivered', 'closed', 'reopened');
  const delivered = is('delivered', 'closed', 'reopened');
  const when = <T>(condition: boolean, value: T): T | null => (condition ? value : null);
  const owes = isOpen(drawn) && !is('needs_material', 'paused');
  return [
    tenant, id, `XS-${time.slice(0, 10).replaceAll('-', '')}-${String(1_000_000 + n)}`, office.item.code, office.item.version, office.item.nameZh, 'promise',
    resident, 'window', lastOf(unitPath), unitPath, when(taken, drawn.agent), when(taken, drawn.backup), when(taken, drawn.owner),
    when(taken, lastOf(handlerPath)), when(taken, handlerPath), state, isOpen(drawn) ? (waits[state] ?? 'owner') : 'nobody', time,
    when(is('submitted'), due), when(taken, time), false, when(taken, due), false, owes ? due : 'infinity', false, when(is('declined'), 'out_of_scope'), '',
    is('declined') ? '区政务大厅' : '', when(is('paused'), 'survey'), when(decided, 'granted'), '', when(decided, time), when(delivered, 'home'),
    when(delivered, time), when(is('closed'), time), 0, '请上门代办', id, time, time, versionOf(drawn),
  ];
}

function entryRows(drawn: Drawn): Cell[][] {
  const time = drawn.createdAt.toISOString();
  return codesOf(drawn).map((code, index) => [tenant, drawn.id, index + 1, drawn.id, time, 'staff', drawn.agent, code, '{}', '', '']);
}

function clockRow(drawn: Drawn): Cell[] {
  const { id, n, state, createdAt, dueAt, office } = drawn;
  const kind = state === 'submitted' || state === 'needs_material' ? 'requests.notice' : 'requests.handle';
  // Alarms that are due would make the office change on its own while it is measured.
  const next = dueAt > office.now ? new Date(dueAt.getTime() + 30 * day).toISOString() : null;
  return [tenant, idOf('d', n), kind, 'requests.case', id, '承诺时限', 'running', 10, 'working_days', 'none', createdAt.toISOString(), dueAt.toISOString(), false, '{due,breached}', next, 1];
}

function codesOf({ state }: Drawn): readonly string[] {
  return reached[state] ?? ['submitted', 'accepted', 'processing_started'];
}

function versionOf(drawn: Drawn): number {
  return codesOf(drawn).length;
}

function lastOf(path: string): string {
  return path.split('/').at(-2) ?? '';
}

/** Those of the cases are the first 20,000. */
export function residentId(n: number): string {
  return idOf('b', n);
}

/** UUIDs in the order of `n`, as the app's own are in the order of time. */
function idOf(kind: string, n: number): string {
  return `0191${kind}000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
}
