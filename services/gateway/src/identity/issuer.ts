import { createAccessTokenVerifier, type AccessTokenVerifier } from '@linli/auth';
import { isAppError, unavailable } from '@linli/errors';
import type { Logger } from '@linli/telemetry';
import * as oidc from 'openid-client';
import type { ServiceConfig } from '../config';
import { identityOf, type Identity } from './identity';

/** An identity and until when its token says so. */
export interface Proof {
  readonly identity: Identity;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** The office's identity provider. Found by its discovery document on the first need, and asked again after a failure. */
export interface Issuer {
  /** @throws unauthenticated for a bad token; unavailable ISSUER_UNAVAILABLE when the issuer cannot be reached. */
  verify(accessToken: string): Promise<Proof>;
  /** The client side of sign-in. @throws unavailable ISSUER_UNAVAILABLE. */
  client(): Promise<oidc.Configuration>;
  /** Whether its keys were ever read; reads them when not. */
  reached(): Promise<boolean>;
}

type Config = Pick<ServiceConfig, 'oidcIssuer' | 'oidcClientId' | 'oidcClientSecret' | 'apiAudience'>;

interface Discovered {
  readonly client: oidc.Configuration;
  readonly verifier: AccessTokenVerifier;
}

const timeoutSeconds = 5;

export function createIssuer(config: Config, log: Logger): Issuer {
  let discovering: Promise<Discovered> | undefined;
  let reached = false;

  function discovered(): Promise<Discovered> {
    discovering ??= discover(config, log).catch((error: unknown) => {
      discovering = undefined;
      log.warn({ err: error }, 'the identity provider does not answer');
      throw isAppError(error) ? error : unavailable('ISSUER_UNAVAILABLE', 'the identity provider does not answer', { cause: error });
    });
    return discovering;
  }

  return {
    async verify(accessToken) {
      const claims = await (await discovered()).verifier.verify(accessToken);
      return { identity: identityOf(claims), until: claims.exp * 1000 };
    },
    client: async () => (await discovered()).client,
    async reached() {
      if (reached) return true;
      try {
        await (await discovered()).verifier.warm();
        reached = true;
      } catch (error) {
        if (!isAppError(error)) throw error;
      }
      return reached;
    },
  };
}

async function discover({ oidcIssuer, oidcClientId, oidcClientSecret, apiAudience }: Config, log: Logger): Promise<Discovered> {
  const url = new URL(oidcIssuer);
  // Plain HTTP is for an issuer on this machine only.
  const local = url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  const client = await oidc.discovery(url, oidcClientId, oidcClientSecret.reveal(), oidc.ClientSecretBasic(oidcClientSecret.reveal()), {
    timeout: timeoutSeconds,
    execute: local ? [oidc.allowInsecureRequests] : [],
  });
  const { issuer, jwks_uri: jwksUri } = client.serverMetadata();
  if (jwksUri === undefined) throw unavailable('ISSUER_UNAVAILABLE', 'the identity provider publishes no keys');
  const onKeysFailure = (_issuer: string, err: unknown) => log.warn({ err }, "the identity provider's keys could not be read");
  return { client, verifier: createAccessTokenVerifier({ issuers: [{ issuer, jwksUri }], audience: apiAudience, onKeysFailure }) };
}
