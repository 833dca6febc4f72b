import { Provider, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerConfig } from './config';
import type { Person } from './people';
import { renderMessagePage } from './sign-in-page';

const scopes = 'openid linli';
const accessTokenSeconds = 900;

/** Where the sign-in page of one interaction is. */
export function interactionPath(uid: string): string {
  return `/sign-in/${uid}`;
}

/**
 * The OpenID provider: code with PKCE for the gateway and for tools on this machine, client credentials for the
 * fixtures' machines; access tokens as RFC 9068 has them, with the claims `linli_tenant` and `linli_kind`.
 */
export function createProvider(config: IssuerConfig, people: readonly Person[]): Provider {
  const bySubject = new Map(people.map((person) => [person.subject, person]));
  const claimsOf = (subject: string) => {
    const person = bySubject.get(subject);
    return person === undefined ? undefined : { linli_tenant: person.tenantId, linli_kind: person.kind };
  };
  const configuration: Configuration = {
    clients: [gatewayClient(config), toolClient, ...people.filter(({ kind }) => kind === 'client').map(machineClient)],
    scopes: ['openid', 'linli'],
    jwks: { keys: [{ ...(JSON.parse(config.signingKey.reveal()) as Record<string, string>), use: 'sig', alg: 'ES256' }] },
    cookies: { keys: [config.cookieSecret.reveal()] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    pkce: { required: () => true },
    ttl: { AccessToken: accessTokenSeconds, ClientCredentials: accessTokenSeconds, IdToken: 300, Interaction: 600, Session: 28_800, Grant: 28_800 },
    findAccount: (_context, subject) => {
      const claims = claimsOf(subject);
      return claims && { accountId: subject, claims: () => ({ sub: subject, ...claims }) };
    },
    claims: { openid: ['sub', 'linli_tenant', 'linli_kind'] },
    conformIdTokenClaims: false,
    extraTokenClaims: (_context, token) => claimsOf('accountId' in token ? token.accountId : (token.clientId ?? '')),
    interactions: { url: (_context, interaction) => interactionPath(interaction.uid) },
    // The clients are our own: what they may do is not for a person to agree to on each sign-in.
    loadExistingGrant: (context) => grantEverything(context, config.audience),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context, form) => {
          context.body = renderMessagePage('退出登录', '').replace('<p></p>', `${form}<button form="op.logoutForm" name="logout" value="yes">退出</button>`);
        },
        postLogoutSuccessSource: (context) => {
          context.body = renderMessagePage('已退出', '您已退出登录。');
        },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => config.audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'linli',
          audience: config.audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: accessTokenSeconds,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    renderError: (context, { error }) => {
      context.type = 'html';
      context.body = renderMessagePage('无法登录', `登录请求有误（${error}）。请回到系统重新登录。`);
    },
  };
  return new Provider(config.url, configuration);
}

function gatewayClient({ clientId, clientSecret, gatewayUrl }: IssuerConfig) {
  return {
    client_id: clientId,
    client_secret: clientSecret.reveal(),
    redirect_uris: [new URL('/auth/callback', gatewayUrl).href],
    post_logout_redirect_uris: [new URL('/', gatewayUrl).href],
    id_token_signed_response_alg: 'ES256' as const,
    grant_types: ['authorization_code'],
    response_types: ['code' as const],
    scope: scopes,
  };
}

// Tools on this machine listen on a loopback port of their own (RFC 8252 §7.3).
const toolClient = {
  client_id: 'linli-cli',
  application_type: 'native' as const,
  token_endpoint_auth_method: 'none' as const,
  redirect_uris: ['http://127.0.0.1/callback'],
  id_token_signed_response_alg: 'ES256' as const,
  grant_types: ['authorization_code'],
  response_types: ['code' as const],
  scope: scopes,
};

function machineClient({ subject }: Person) {
  return {
    client_id: subject,
    client_secret: `${subject}-secret`,
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
    scope: 'linli',
    id_token_signed_response_alg: 'ES256' as const,
  };
}

async function grantEverything(context: KoaContextWithOIDC, audience: string) {
  const { client, session, provider } = context.oidc;
  if (client === undefined || session?.accountId === undefined) return undefined;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(scopes);
  grant.addResourceScope(audience, scopes);
  await grant.save();
  return grant;
}
