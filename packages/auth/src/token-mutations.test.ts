import { startTestIssuer, tokenKit, tokenMutations, type TestIssuer, type TokenKit } from '@linli/testing';
import { createAccessTokenVerifier, type AccessTokenVerifier } from './index';

const audience = 'https://api.linli.test';
let issuer: TestIssuer;
let stranger: TestIssuer;
let kit: TokenKit;
let verifier: AccessTokenVerifier;

beforeAll(async () => {
  issuer = await startTestIssuer(audience);
  stranger = await startTestIssuer(audience);
  kit = tokenKit(issuer, stranger);
  verifier = createAccessTokenVerifier({ issuers: [{ issuer: issuer.url, jwksUri: `${issuer.url}/jwks` }], audience });
});

afterAll(() => Promise.all([issuer.stop(), stranger.stop()]));

describe('an access token', () => {
  it.each(tokenMutations.map((row) => [row.name, row] as const))('with %s', async (_name, { make, why, code = 'TOKEN_INVALID' }) => {
    const verified = verifier.verify(make(kit));
    if (why === undefined) await expect(verified).resolves.toMatchObject({ linli_tenant: 'xingsheng', linli_kind: 'staff', sub: 'ann' });
    else await expect(verified).rejects.toMatchObject({ kind: 'unauthenticated', reason: code, message: expect.stringMatching(why), details: {}, violations: [] });
  });

  it('never made us ask whom it named for keys', () => {
    expect(stranger.asked()).toBe(0);
    // Whatever kid they invented: once for the first, and not again within half a minute.
    expect(issuer.asked()).toBe(1);
  });

  it('has no name in the table twice', () => {
    const names = tokenMutations.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
