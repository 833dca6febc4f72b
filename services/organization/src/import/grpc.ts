import type { organization } from '@linli/contracts';
import type { RpcContext } from '@linli/grpc';
import type { Deps } from '../deps';
import { importOrganization } from './import-organization';
import { readSheet } from './read-sheet';

export function importService(deps: Deps): organization.ImportServiceImplementation<RpcContext> {
  return {
    async importOrganization(request, { caller }) {
      const result = await importOrganization(deps, caller, { ...readSheet(request), dryRun: request.dryRun });
      return { ...result, problems: [...result.problems] };
    },
  };
}
