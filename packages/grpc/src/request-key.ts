import { createHash } from 'node:crypto';
import type { Caller } from '@linli/auth';
import { violation } from './parse';

/** The same shape as `RequestKey` of `@linli/db`, which this package does not know. */
interface RequestKey {
  readonly id: string;
  readonly principal: string;
  readonly fingerprint: string;
}

interface MessageType<M> {
  encode(message: M): { finish(): Uint8Array };
}

/** What makes a create idempotent: the client's request id, who sent it, and a hash of the whole message. */
export function requestKey<M extends { requestId: string }>(caller: Caller, type: MessageType<M>, message: M): RequestKey {
  if (message.requestId.length > 255) throw violation('request_id', 'too_long');
  const fingerprint = createHash('sha256').update(type.encode(message).finish()).digest('hex');
  return { id: message.requestId, principal: `${caller.kind}:${caller.subject}`, fingerprint };
}
