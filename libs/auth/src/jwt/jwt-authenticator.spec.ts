import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IssuerUnavailableError, namespacePatterns, toNamespace } from '@sfm/memory';
import { describeAuthenticatorContract } from '@sfm/memory/testing';
import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { TokenIssuer } from '../../../../test/services/tokens/token-issuer.js';
import { JwtAuthenticator } from './jwt-authenticator.js';
import type { JwtOptions } from './jwt-options.js';

let issuer: TokenIssuer;
beforeAll(async () => {
  issuer = await TokenIssuer.start();
});
afterAll(() => issuer.close());
beforeEach(() => {
  issuer.isAway = false;
});

const HOME = toNamespace('home');
const CLAIMS = { scope: 'openid soma:read soma:write', soma_namespaces: ['home', 'team-a:*'] };
const authenticatorOf = (changes: Partial<JwtOptions> = {}) =>
  new JwtAuthenticator(
    {
      ...{ issuer: issuer.url, audiences: ['soma', 'memories'] },
      ...{ scopesClaim: 'scope', scopePrefix: 'soma:', namespacesClaim: 'soma_namespaces' },
      ...changes,
    },
    HOME,
  );

describeAuthenticatorContract('JSON Web Tokens', async (tokens, home) => {
  const made = new Map<string, string>();
  for (const { credentialId, namespaces, scopes } of tokens) {
    const claims = { sub: credentialId, soma_namespaces: [...namespacePatterns(namespaces)], scope: [...scopes] };
    made.set(credentialId, await issuer.sign(claims));
  }
  const options = { issuer: issuer.url, audiences: ['soma'], namespacesClaim: 'soma_namespaces' };
  const authenticator = new JwtAuthenticator({ ...options, scopesClaim: 'scope', scopePrefix: '' }, home);
  return {
    authenticator: new WithoutPrefix(authenticator),
    tokenOf: ({ credentialId }) => made.get(credentialId) ?? '',
  };
});

/** Names credentials as the suite does. */
class WithoutPrefix extends JwtAuthenticator {
  constructor(private readonly inner: JwtAuthenticator) {
    super({ issuer: '', audiences: [], scopesClaim: '', scopePrefix: '', namespacesClaim: '' }, HOME);
  }

  override async authenticate(token: string, namespace: string | undefined) {
    const principal = await this.inner.authenticate(token, namespace);
    return { ...principal, credentialId: principal.credentialId?.replace(/^jwt:/, '') };
  }
}

describe('JwtAuthenticator', () => {
  it('takes namespaces and scopes from the claims, in lists, texts and paths', async () => {
    const byText = await authenticatorOf().authenticate(await issuer.sign(CLAIMS), 'team-a:x');
    expect(byText).toMatchObject({ credentialId: 'jwt:alice', namespace: 'team-a:x', scopes: ['read', 'write'] });
    const nested = await issuer.sign({ realm: { roles: ['admin'] }, 'https://x/ns': '*', aud: ['other', 'memories'] });
    const options = { scopesClaim: 'realm.roles', scopePrefix: '', namespacesClaim: 'https://x/ns' };
    expect(await authenticatorOf(options).authenticate(nested, undefined)).toMatchObject({
      namespaces: '*',
      scopes: ['admin'],
    });
  });

  const now = Math.floor(Date.now() / 1000);
  it.each<[string, JWTPayload, RegExp]>([
    ['another audience', { aud: 'others' }, /wrong or no claim aud/],
    ['no audience', { aud: undefined }, /claim aud/],
    ['another issuer', { iss: 'https://evil.example' }, /claim iss/],
    ['an end that is past', { exp: now - 60 }, /expired/],
    ['no end', { exp: undefined }, /claim exp/],
    ['a begin that is yet to come', { nbf: now + 600 }, /not valid yet/],
    ['no subject', { sub: undefined }, /claim sub/],
    ['a long subject', { sub: 'x'.repeat(256) }, /sub/],
    ['no scope of ours', { scope: 'openid read' }, /none of the scopes soma:read/],
    ['no namespaces', { soma_namespaces: undefined }, /must list namespaces/],
    ['a wildcard inside', { soma_namespaces: ['te*am'] }, /soma_namespaces\.0.*team-a:\*/],
    ['a namespace that is none', { soma_namespaces: ['a\nb'] }, /soma_namespaces\.0/],
  ])('refuses a token with %s, and says so', async (_, claims, said) => {
    const refused = authenticatorOf().authenticate(await issuer.sign({ ...CLAIMS, ...claims }), undefined);
    await expect(refused).rejects.toMatchObject({ code: 'token_rejected', message: expect.stringMatching(said) });
  });

  it('refuses what is not signed, or signed with a shared secret, or with a key of nobody', async () => {
    const claims = { iss: issuer.url, aud: 'soma', sub: 'alice', exp: now + 600, ...CLAIMS };
    const unsigned = new UnsecuredJWT(claims).encode();
    const shared = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32, 1));
    for (const token of [unsigned, shared]) {
      const refused = authenticatorOf().authenticate(token, undefined);
      await expect(refused).rejects.toMatchObject({ code: 'token_rejected', message: /algorithm is none of/ });
    }
    const other = await TokenIssuer.start();
    const foreign = await other.sign({ iss: issuer.url, ...CLAIMS });
    await other.close();
    await expect(authenticatorOf().authenticate(foreign, undefined)).rejects.toMatchObject({ code: 'token_rejected' });
    await expect(authenticatorOf().authenticate('a.b.c', undefined)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('keeps keys, gets them again for one that is new, and goes on with them when the issuer is away', async () => {
    const authenticator = authenticatorOf();
    const before = issuer.asked;
    for (let times = 0; times < 5; times += 1) await authenticator.authenticate(await issuer.sign(CLAIMS), undefined);
    expect(issuer.asked).toBe(before + 1);
    const old = await issuer.sign(CLAIMS);
    issuer.isAway = true;
    await authenticator.authenticate(old, undefined);
    issuer.isAway = false;
    await issuer.replaceKeys('second');
    const fresh = authenticatorOf();
    await fresh.authenticate(await issuer.sign(CLAIMS), undefined);
    await expect(fresh.authenticate(old, undefined)).rejects.toThrow('none of the keys of the issuer');
  });

  it('says that nobody can tell while the issuer is away, and asks it only now and then', async () => {
    issuer.isAway = true;
    const token = await issuer.sign(CLAIMS);
    for (const jwksUrl of [undefined, `${issuer.url}/keys`]) {
      const authenticator = authenticatorOf(jwksUrl === undefined ? {} : { jwksUrl });
      const before = issuer.asked;
      for (let times = 0; times < 10; times += 1) {
        await expect(authenticator.authenticate(token, undefined)).rejects.toThrow(IssuerUnavailableError);
      }
      expect(issuer.asked - before).toBeLessThanOrEqual(1);
    }
  });

  it('takes no keys from a document of somebody else', async () => {
    const authenticator = authenticatorOf({ issuer: `${issuer.url}/` });
    await expect(authenticator.authenticate(await issuer.sign(CLAIMS), undefined)).rejects.toThrow(
      IssuerUnavailableError,
    );
  });

  it('ends an answer when the token has ended', async () => {
    const authenticator = authenticatorOf();
    // Within the tolerance of clocks when it comes, and beyond it when the answer is under way.
    const principal = await authenticator.authenticate(await issuer.sign({ ...CLAIMS, exp: now + 3600 }), undefined);
    await authenticator.confirm(principal);
    const { now: clock } = Date;
    Date.now = () => clock() + 3_700_000;
    try {
      await expect(authenticator.confirm(principal)).rejects.toThrow('expired');
    } finally {
      Date.now = clock;
    }
  });
});
