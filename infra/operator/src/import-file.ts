import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { organization, requests, residents } from '@linli/contracts';
import { invalidArgument } from '@linli/errors';

/** What a file holds, as the messages that bring it in. */
export interface ImportFile {
  readonly tenant?: organization.Tenant;
  readonly organization: organization.ImportOrganizationRequest;
  /** `unitCode` is looked up in the tenant and becomes the request's unit id. */
  readonly residents: readonly { readonly unitCode: string; readonly request: residents.RegisterPersonRequest }[];
  readonly items: readonly requests.ServiceItem[];
}

/**
 * Reads one JSON file of infra/fixtures' form. The identity issuer `dev` becomes `issuer`.
 * @throws AppError invalid_argument IMPORT_FILE_UNREADABLE; the content is judged by the services.
 */
export function readImportFile(path: string, issuer: string): ImportFile {
  const file = parse(path);
  const sheet = organization.ImportOrganizationRequest.fromJSON({ ...file, dryRun: false });
  const tenant = file['tenant'] === undefined ? undefined : organization.Tenant.fromJSON(file['tenant']);
  const people = listOf(file['residents']);
  return {
    ...(tenant && { tenant }),
    organization: {
      ...sheet,
      staff: sheet.staff.map((row) => ({ ...row, identityIssuer: realIssuer(row.identityIssuer, issuer) })),
      clients: sheet.clients.map((row) => ({ ...row, identityIssuer: realIssuer(row.identityIssuer, issuer) })),
    },
    residents: people.map((row, index) => {
      const request = residents.RegisterPersonRequest.fromJSON(row);
      const requestId = stableId(`${tenant?.id ?? ''}/residents/${index}`);
      return { unitCode: typeof row['unitCode'] === 'string' ? row['unitCode'] : '', request: { ...request, requestId, identityIssuer: realIssuer(request.identityIssuer, issuer) } };
    }),
    items: listOf(file['items']).map((row) => requests.ServiceItem.fromJSON(row)),
  };
}

function parse(path: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isRecord(parsed)) return parsed;
  } catch (cause) {
    throw invalidArgument('IMPORT_FILE_UNREADABLE', `${path} cannot be read as JSON`, { cause });
  }
  throw invalidArgument('IMPORT_FILE_UNREADABLE', `${path} is not a JSON object`);
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function realIssuer(named: string, issuer: string): string {
  return named === 'dev' ? issuer : named;
}

/** The same row of the same office asks with the same id, so that importing again registers nobody twice. */
function stableId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
