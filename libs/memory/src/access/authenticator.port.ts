import type { Principal } from './principal.js';

/**
 * Tells whom a token names. Every transport asks it, whatever tokens are: keys in a list or a database, or signed by
 * somebody else.
 */
export abstract class Authenticator {
  /**
   * Resolves with the principal in the namespace that is asked for; where none is, see `resolveNamespace`. How long it
   * takes tells nothing about which tokens there are.
   *
   * @throws InvalidTokenError when the token names nobody, whatever the namespace.
   * @throws InvalidRequestError naming `namespace`, and NamespaceForbiddenError when the credential may not use it.
   */
  abstract authenticate(token: string, namespace: string | undefined): Promise<Principal>;
}
