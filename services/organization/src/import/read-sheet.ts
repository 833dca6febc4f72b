import type { organization } from '@linli/contracts';
import { isAppError } from '@linli/errors';
import { requireText, violation } from '@linli/grpc';
import { codeRule, readIdentity, readIdentityOrNone, readWorkPhone } from '../fields';
import { needsUnit } from '../grants/rules';
import { scopeOnWire } from '../grants/wire';
import { kindOnWire } from '../units/wire';
import type { ClientLine, GrantLine, PostLine, Problem, Sheet, StaffLine, UnitLine } from './sheet';

const most = { units: 50_000, staff: 50_000, clients: 100, posts: 20, grants: 50 };

/** Reads every row, noting everything that is wrong. @throws invalid_argument FIELD_INVALID when there are too many rows. */
export function readSheet(request: organization.ImportOrganizationRequest): { sheet: Sheet; problems: Problem[] } {
  for (const name of ['units', 'staff', 'clients'] as const) {
    if (request[name].length > most[name]) throw violation(name, 'too_many');
  }
  if (request.unreadUnits.length > most.units) throw violation('unread_units', 'too_many');
  if (request.unreadStaff.length > most.staff) throw violation('unread_staff', 'too_many');
  const problems: Problem[] = [];
  const units = request.units.map((row, index) => readRow(problems, { sheet: 'units', row: index }, (read) => readUnit(row, index, read)));
  const staff = request.staff.map((row, index) => readRow(problems, { sheet: 'staff', row: index }, (read) => readStaff(row, index, read)));
  const clients = request.clients.map((row, index) =>
    readRow(problems, { sheet: 'clients', row: index }, (read) => readClient(row, index, read)),
  );
  return {
    sheet: {
      units: units.filter((line) => line !== undefined),
      staff: staff.filter((line) => line !== undefined),
      clients: clients.filter((line) => line !== undefined),
      unreadable: {
        units: new Set([...unreadCodes(request.units, units), ...request.unreadUnits]),
        staff: new Set([...unreadCodes(request.staff, staff), ...request.unreadStaff]),
      },
    },
    problems,
  };
}

/** Gives what `parse` gives; a field it refuses is noted, under its own name unless `parse` names one, and `standIn` given. */
type Read = <T>(parse: () => T, standIn: T, field?: string) => T;

function readRow<L>(problems: Problem[], place: Pick<Problem, 'sheet' | 'row'>, readLine: (read: Read) => L): L | undefined {
  const before = problems.length;
  const line = readLine((parse, standIn, field) => {
    try {
      return parse();
    } catch (error) {
      const wrong = isAppError(error) ? error.violations[0] : undefined;
      if (wrong === undefined) throw error;
      problems.push({ ...place, field: field ?? wrong.field, code: wrong.code });
      return standIn;
    }
  });
  return problems.length === before ? line : undefined;
}

function unreadCodes(rows: readonly { readonly code: string }[], lines: readonly unknown[]): string[] {
  return rows.filter((_, index) => lines[index] === undefined).map((row) => row.code.trim());
}

function readUnit(unit: organization.UnitRow, row: number, read: Read): UnitLine {
  return {
    row,
    code: read(() => requireText(unit.code, 'code', codeRule), ''),
    parentCode: read(() => requireText(unit.parentCode, 'parent_code', { ...codeRule, optional: true }), ''),
    kind: read(() => kindOnWire.fromWire(unit.kind, 'kind'), 'building'),
    nameZh: read(() => requireText(unit.nameZh, 'name_zh', { max: 100 }), ''),
    nameMn: read(() => requireText(unit.nameMn, 'name_mn', { max: 200, optional: true }), ''),
  };
}

function readStaff(person: organization.StaffRow, row: number, read: Read): StaffLine {
  return {
    row,
    code: read(() => requireText(person.code, 'code', codeRule), ''),
    name: read(() => requireText(person.name, 'name', { max: 100 }), ''),
    workPhone: read(() => readWorkPhone(person.workPhone), ''),
    identity: read(() => readIdentityOrNone(person), undefined),
    partnerCode: read(() => requireText(person.partnerCode, 'partner_code', { ...codeRule, optional: true }), ''),
    posts: readPosts(person.posts, read),
    grants: readGrants(person.grants, read),
  };
}

function readClient(client: organization.ClientRow, row: number, read: Read): ClientLine {
  return {
    row,
    nameZh: read(() => requireText(client.nameZh, 'name_zh', { max: 100 }), ''),
    identity: read(() => readIdentity(client), { issuer: '', subject: '' }),
    grants: readGrants(client.grants, read),
  };
}

function readPosts(posts: readonly organization.PostRow[], read: Read): PostLine[] {
  if (posts.length > most.posts) return read(() => refuse('posts'), []);
  const seen = new Set<string>();
  let primary = false;
  return posts.map((post, index) => {
    const at = `posts[${index}]`;
    const line = {
      unitCode: read(() => requireText(post.unitCode, `${at}.unit_code`, codeRule), ''),
      titleZh: read(() => requireText(post.titleZh, `${at}.title_zh`, { max: 60 }), ''),
      primary: post.primary,
    };
    read(() => once(seen, `${line.unitCode} ${line.titleZh}`, at), undefined);
    if (post.primary && primary) read(() => refuse(`${at}.primary`, 'duplicate'), []);
    primary ||= post.primary;
    return line;
  });
}

function readGrants(grants: readonly organization.RoleGrantRow[], read: Read): GrantLine[] {
  if (grants.length > most.grants) return read(() => refuse('grants'), []);
  const seen = new Set<string>();
  return grants.map((grant, index) => {
    const at = `grants[${index}]`;
    const scope = read(() => scopeOnWire.fromWire(grant.scope, `${at}.scope`), 'self');
    const line = {
      role: read(() => requireText(grant.role, `${at}.role`, codeRule), ''),
      scope,
      unitCode: read(() => requireText(grant.unitCode, `${at}.unit_code`, { ...codeRule, optional: !needsUnit(scope) }), ''),
    };
    if (!needsUnit(scope) && line.unitCode !== '') read(() => refuse(`${at}.unit_code`, 'not_for_scope'), []);
    read(() => once(seen, `${line.role} ${line.scope} ${line.unitCode}`, at), undefined);
    return line;
  });
}

function once(seen: Set<string>, key: string, field: string): undefined {
  if (seen.has(key)) throw violation(field, 'duplicate');
  seen.add(key);
  return undefined;
}

function refuse(field: string, code = 'too_many'): never[] {
  throw violation(field, code);
}
