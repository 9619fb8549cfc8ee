import type { Principal } from './principal.js';

/**
 * Resolves a token to a principal. Every transport uses it, whatever the tokens are: keys in a list or a database, or
 * tokens signed by a third party.
 */
export abstract class Authenticator {
  /**
   * Resolves with the principal in the requested namespace; if none is requested, see `resolveNamespace`. Timing
   * reveals nothing about which tokens exist.
   *
   * @throws InvalidTokenError when the token is not valid in any namespace.
   * @throws InvalidRequestError naming `namespace`, and NamespaceForbiddenError when the credential may not use it.
   */
  abstract authenticate(token: string, namespace: string | undefined): Promise<Principal>;
}
