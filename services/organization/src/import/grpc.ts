import { organization } from '@linli/contracts';
import { compactLimit, wireEnum, type RpcContext } from '@linli/grpc';
import type { Deps } from '../deps';
import { scopeOnWire } from '../grants/wire';
import { kindOnWire } from '../units/wire';
import { exportPage, parts } from './export-organization';
import { exportGrants, exportPosts, exportStaff, exportUnits } from './export-store';
import { importOrganization } from './import-organization';
import { readSheet } from './read-sheet';

const partOnWire = wireEnum('ORGANIZATION_PART', organization.OrganizationPart, parts);

export function importService(deps: Deps): organization.ImportServiceImplementation<RpcContext> {
  return {
    async importOrganization(request, { caller }) {
      // What could not be read is missing from the sheet, so the rest is only looked at.
      const dryRun = request.dryRun || request.unreadUnits.length > 0 || request.unreadStaff.length > 0;
      const result = await importOrganization(deps, caller, { ...readSheet(request), dryRun });
      return { ...result, problems: [...result.problems] };
    },
    async exportOrganization(request, { caller }) {
      const part = partOnWire.fromWire(request.part, 'part');
      const asked = { part, limit: compactLimit(request.pageSize, { standard: 500, most: 1_000 }), pageToken: request.pageToken };
      switch (part) {
        case 'units': {
          const { rows, ...rest } = await exportPage(deps, caller, { ...asked, read: exportUnits });
          return { ...nothing(), ...rest, units: rows.map((row) => ({ ...row, kind: kindOnWire.toWire(row.kind) })) };
        }
        case 'staff': {
          const { rows, ...rest } = await exportPage(deps, caller, { ...asked, read: exportStaff });
          return { ...nothing(), ...rest, staff: rows.map((row) => ({ ...row, posts: [], grants: [] })) };
        }
        case 'posts': {
          const { rows, ...rest } = await exportPage(deps, caller, { ...asked, read: exportPosts });
          return { ...nothing(), ...rest, posts: rows.map(({ staffCode, ...post }) => ({ staffCode, post })) };
        }
        case 'grants': {
          const { rows, ...rest } = await exportPage(deps, caller, { ...asked, read: exportGrants });
          return { ...nothing(), ...rest, grants: rows.map(({ staffCode, scope, ...grant }) => ({ staffCode, grant: { ...grant, scope: scopeOnWire.toWire(scope) } })) };
        }
      }
    },
  };
}

function nothing(): Omit<organization.ExportOrganizationResponse, 'nextPageToken' | 'asOf'> {
  return { units: [], staff: [], posts: [], grants: [] };
}
