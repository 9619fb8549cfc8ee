import { Authenticator, InvalidTokenError, prefixOfSecret, type CredentialUses, type Principal } from '@sfm/memory';
import type { ApiKeyAuthenticator } from '../keys/api-key-authenticator.js';
import { isJwt, type JwtAuthenticator } from '../jwt/jwt-authenticator.js';
import type { CredentialVerifier } from './credential-verifier.js';
import type { StaticTokenAuthenticator } from './static-token-authenticator.js';

/** The kinds of tokens that there are; those that are left out are valid for nobody. */
export interface TokenKinds {
  readonly tokens: StaticTokenAuthenticator;
  readonly keys?: ApiKeyAuthenticator;
  readonly jwt?: JwtAuthenticator;
}

/**
 * Authenticates tokens of every kind: those of the list first, whatever they look like, then by their form. What is used is
 * counted.
 */
export class CredentialAuthenticator extends Authenticator {
  constructor(
    private readonly verifier: Pick<CredentialVerifier, 'verify'>,
    private readonly kinds: TokenKinds,
    private readonly uses?: Pick<CredentialUses, 'note'>,
  ) {
    super();
  }

  async authenticate(token: string, namespace: string | undefined): Promise<Principal> {
    const kind = this.kindOf(token);
    if (!kind) throw new InvalidTokenError();
    const principal = await kind.authenticate(token, namespace);
    const { credentialId } = principal;
    if (credentialId !== undefined) {
      this.uses?.note({ credentialId, namespace: principal.namespace, isApiKey: kind === this.kinds.keys });
    }
    return principal;
  }

  override async confirm(principal: Principal): Promise<void> {
    // Each knows the principals that came from it.
    await this.kinds.keys?.confirm(principal);
    await this.kinds.jwt?.confirm(principal);
  }

  private kindOf(token: string): Authenticator | undefined {
    const { tokens, keys, jwt } = this.kinds;
    if (this.verifier.verify(token)) return tokens;
    if (prefixOfSecret(token) !== undefined) return keys;
    return isJwt(token) ? jwt : undefined;
  }
}
