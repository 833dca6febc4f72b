import { isIPv6 } from 'node:net';
import type { Caller } from '@linli/auth';
import { resourceExhausted } from '@linli/errors';
import type { Request, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { ServiceConfig } from '../config';

type Config = Pick<ServiceConfig, 'addressLimit' | 'accountLimit' | 'sensitiveLimit' | 'signInLimit'>;
type Exchange = { readonly request: Request; readonly response: Response };

/** Each counts one request, says what is left in the RateLimit headers, and refuses when nothing is. @throws resource_exhausted RATE_LIMITED. */
export interface RateLimits {
  /** Every request to the API, before anything else is looked at. */
  byAddress(exchange: Exchange): Promise<void>;
  /** Signing in, by address: tighter. */
  signIn(exchange: Exchange): Promise<void>;
  byAccount(exchange: Exchange, caller: Caller): Promise<void>;
  /** Looking up and revealing people, by account: tighter. */
  sensitive(exchange: Exchange, caller: Caller): Promise<void>;
}

const windowSeconds = 60;

/** Counts in the memory of this process: with n replicas an account has up to n times the limit. */
export function createRateLimits(config: Config): RateLimits {
  const address = createLimit('address', config.addressLimit);
  const signIn = createLimit('sign-in', config.signInLimit);
  const account = createLimit('account', config.accountLimit);
  const sensitive = createLimit('sensitive', config.sensitiveLimit);
  return {
    byAddress: (exchange) => address(exchange, addressOf(exchange.request)),
    signIn: (exchange) => signIn(exchange, addressOf(exchange.request)),
    byAccount: (exchange, caller) => account(exchange, accountOf(caller)),
    sensitive: (exchange, caller) => sensitive(exchange, accountOf(caller)),
  };
}

type Limit = (exchange: Exchange, key: string) => Promise<void>;

function createLimit(name: string, points: number): Limit {
  const limiter = new RateLimiterMemory({ keyPrefix: name, points, duration: windowSeconds });
  return async ({ response }, key) => {
    const state = await limiter.consume(key).catch((refused: unknown) => refused);
    if (!(state instanceof RateLimiterRes)) throw state;
    const seconds = Math.ceil(state.msBeforeNext / 1000);
    // draft-ietf-httpapi-ratelimit-headers-11; both are lists, one member a policy.
    addMember(response, 'RateLimit-Policy', `"${name}";q=${points};w=${windowSeconds}`);
    addMember(response, 'RateLimit', `"${name}";r=${state.remainingPoints};t=${seconds}`);
    if (state.consumedPoints <= points) return;
    throw resourceExhausted('RATE_LIMITED', 'too many requests', { details: { retryAfterSeconds: String(Math.max(1, seconds)) } });
  };
}

function addMember(response: Response, header: string, member: string): void {
  const before = response.get(header);
  response.setHeader(header, before === undefined ? member : `${before}, ${member}`);
}

function accountOf({ tenantId, kind, subject }: Caller): string {
  return `${tenantId} ${kind} ${subject}`;
}

/** A household has a whole /64 of IPv6 addresses, so those count as one. */
function addressOf(request: Request): string {
  const address = request.ip ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail = ''] = address.split('::');
  const [before, after] = [head, tail].map((part) => part.split(':').filter((group) => group !== ''));
  const groups = [...(before ?? []), ...Array<string>(8).fill('0'), ...(after ?? [])];
  return groups.slice(0, 4).join(':');
}
