import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Authenticator } from '../../access/authenticator.port.js';
import { SCOPES, type Grant } from '../../access/principal.js';
import { InvalidRequestError, InvalidTokenError, NamespaceForbiddenError } from '../../model/errors.js';
import { toNamespace, type Namespace } from '../../model/namespace.js';

const HOME = toNamespace('home');

/** A token that must be accepted, and whom it names. */
export interface IssuedToken extends Grant {
  readonly token: string;
}

/** An authenticator that makes tokens itself. */
export interface IssuingAuthenticator {
  readonly authenticator: Authenticator;
  /** Its token for the credential of one of the given. */
  readonly tokenOf: (issued: IssuedToken) => string;
}

/** How a suite gets an authenticator that knows these tokens, or those of the same credentials that it made itself. */
export type AuthenticatorHarness = (
  tokens: readonly IssuedToken[],
  defaultNamespace: Namespace,
) => Promise<IssuingAuthenticator> | Authenticator;

const EVERYWHERE: IssuedToken = { credentialId: 'main', token: 'token-main', namespaces: '*', scopes: SCOPES };
const BOUND: IssuedToken = {
  credentialId: 'bound',
  token: 'token-bound',
  namespaces: [toNamespace('team_a'), toNamespace('team_b')],
  scopes: ['read'],
};
const HOMELESS: IssuedToken = { credentialId: 'homeless', token: 'token-homeless', namespaces: [], scopes: SCOPES };

/** What every Authenticator adapter must do. Call it inside a spec file. */
export function describeAuthenticatorContract(adapter: string, create: AuthenticatorHarness): void {
  describe(`${adapter} as an authenticator`, () => {
    let authenticator: Authenticator;
    let tokenOf: IssuingAuthenticator['tokenOf'];
    const issued = [EVERYWHERE, BOUND, HOMELESS];
    const authenticate = (token: string, namespace?: string) => {
      const known = issued.find((one) => one.token === token);
      return authenticator.authenticate(known ? tokenOf(known) : token, namespace);
    };

    beforeEach(async () => {
      const created = await create(issued, HOME);
      ({ authenticator, tokenOf } =
        'tokenOf' in created ? created : { authenticator: created, tokenOf: ({ token }: IssuedToken) => token });
    });

    it('names the credential of a token, with what it may do, in the default namespace', async () => {
      const { credentialId, namespaces, scopes } = EVERYWHERE;
      expect(await authenticate('token-main')).toEqual({ credentialId, namespaces, scopes, namespace: 'home' });
      expect(await authenticate('token-main', '')).toMatchObject({ namespace: 'home' });
    });

    it('lets it act in a namespace that it asks for and may use', async () => {
      expect(await authenticate('token-main', 'anywhere')).toMatchObject({ namespace: 'anywhere' });
      expect(await authenticate('token-bound', 'team_b')).toMatchObject({ namespace: 'team_b', scopes: ['read'] });
    });

    it('falls back on the first namespace of a credential that may not use the default', async () => {
      expect(await authenticate('token-bound')).toMatchObject({ namespace: 'team_a', namespaces: BOUND.namespaces });
    });

    it('refuses namespaces of others, and those that can be nobody’s', async () => {
      await expect(authenticate('token-bound', HOME)).rejects.toThrow(NamespaceForbiddenError);
      await expect(authenticate('token-homeless')).rejects.toThrow(NamespaceForbiddenError);
      await expect(authenticate('token-main', 'a\nb')).rejects.toThrow(InvalidRequestError);
      await expect(authenticate('token-main', 'a\nb')).rejects.toMatchObject({ field: 'namespace' });
    });

    it.each<[string, (token: string) => string]>([
      ['nothing', () => ''],
      ['another text', () => 'token'],
      ['the begin of a token', (token) => token.slice(0, -1)],
      ['a token and more', (token) => `${token} `],
      ['a token in capitals', (token) => token.toUpperCase()],
      ['a token and a NUL', (token) => `${token}\0`],
    ])('knows nobody by %s, whatever the namespace', async (_, broken) => {
      const token = broken(tokenOf(EVERYWHERE));
      await expect(authenticate(token)).rejects.toThrow(InvalidTokenError);
      await expect(authenticate(token, 'a\nb')).rejects.toThrow(InvalidTokenError);
    });

    it('confirms a credential that is as it was', async () => {
      await authenticator.confirm(await authenticate('token-bound'));
    });
  });
}
