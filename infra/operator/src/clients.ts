import { createInternalTokens, systemCaller, type Caller } from '@linli/auth';
import { createGrpcClients, type GrpcClients } from '@linli/grpc';
import type { PeerConfig } from './config';

/** The operator speaks in one tenant at a time, with exactly the permissions of what is being done. */
export function operatorCaller(tenantId: string, permissions: readonly string[]): Caller {
  return systemCaller(tenantId, 'operator', permissions);
}

export function openClients(config: PeerConfig): GrpcClients {
  const internal = createInternalTokens({ issuer: 'operator', privateKey: config.internalKey, trustedKeys: config.trustedKeys });
  return createGrpcClients({ internal, deadlineMs: 30_000 });
}
