import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const internalIssuers = ['gateway', 'organization', 'residents', 'requests', 'operator'] as const;
export const services = ['organization', 'residents', 'requests'] as const;
export type Service = (typeof services)[number];

/** The gateway keeps sessions and idempotency records. */
export const databases = [...services, 'gateway'] as const;
export type DatabaseOwner = (typeof databases)[number];

type Jwk = Readonly<Record<string, string>>;

/** Made on the first start and kept beside the data they protect. */
export interface Secrets {
  readonly postgres: string;
  readonly roles: Readonly<Record<DatabaseOwner, { migrator: string; app: string; relay: string }>>;
  /** Private keys (ES256 JWK); `kid` is the issuer's name. */
  readonly internal: Readonly<Record<(typeof internalIssuers)[number], Jwk>>;
  readonly pageTokens: Readonly<Record<DatabaseOwner, string>>;
  readonly vault: string;
  readonly blindIndex: string;
  readonly auditSigning: Jwk;
  readonly session: string;
  readonly oidcClient: string;
  /** Of the development issuer: the key that signs tokens, and the cookies' secret. */
  readonly issuerSigning: Jwk;
  readonly issuer: string;
}

/** What a newer version needs and an older one did not make is added. */
export function loadSecrets(data: string): Secrets {
  const file = path.join(data, 'secrets.json');
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {};
  const secrets: Secrets = { ...makeSecrets(known), ...withoutGroups(known) };
  writeFileSync(`${file}.new`, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return secrets;
}

/** The public halves as a JWKS text, for those who trust them. */
export function publicKeys(privateKeys: readonly Jwk[]): string {
  const keys = privateKeys.map(({ d: _private, ...publicHalf }) => publicHalf);
  return JSON.stringify({ keys });
}

function makeSecrets(known: Partial<Secrets>): Secrets {
  const passwords = () => ({ migrator: word(), app: word(), relay: word() });
  return {
    postgres: word(),
    roles: { ...each(databases, passwords), ...known.roles },
    internal: { ...each(internalIssuers, signingKey), ...known.internal },
    pageTokens: { ...each(databases, word), ...known.pageTokens },
    vault: randomBytes(32).toString('base64'),
    blindIndex: randomBytes(32).toString('base64'),
    auditSigning: signingKey('audit'),
    session: word(),
    oidcClient: word(),
    issuerSigning: signingKey('issuer'),
    issuer: word(),
  };
}

/** The groups are merged member by member above. */
function withoutGroups(known: Partial<Secrets>): Partial<Secrets> {
  const { roles: _roles, internal: _internal, pageTokens: _pageTokens, ...single } = known;
  return single;
}

function word(): string {
  return randomBytes(32).toString('base64url');
}

function signingKey(kid: string): Jwk {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...(privateKey.export({ format: 'jwk' }) as Jwk), kid, alg: 'ES256', use: 'sig' };
}

function each<Name extends string, T>(names: readonly Name[], make: (name: Name) => T): Record<Name, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, T>;
}
