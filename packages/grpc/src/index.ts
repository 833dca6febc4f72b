export { createGrpcClients, type CallOptions, type GrpcClient, type GrpcClients } from './clients';
export { compactLimit, holdsUnseen, readUuid, readUuids, requireText, violation, type TextRule } from './parse';
export { requestKey } from './request-key';
export { createGrpcServer, type GrpcServer, type RpcContext } from './server';
export { wireEnum, type WireEnum } from './wire-enum';
