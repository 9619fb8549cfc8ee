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
   * @throws InvalidTokenError when the token is not valid in any namespace; RejectedTokenError, with the reason, when it
   * is one that was issued and cannot be used.
   * @throws StoreUnavailableError and IssuerUnavailableError when nobody can say now whether it is valid.
   * @throws InvalidRequestError naming `namespace`, and NamespaceForbiddenError when the credential may not use it.
   */
  abstract authenticate(token: string, namespace: string | undefined): Promise<Principal>;

  /**
   * Confirms that what a principal of `authenticate` showed still holds, for answers that take long: call it now and then
   * while such an answer is written. Credentials that never end have nothing to confirm. Cheap: mostly answered from memory.
   *
   * @throws RejectedTokenError when it was revoked or replaced, or has expired, and StoreUnavailableError
   */
  confirm(principal: Principal): Promise<void> {
    void principal;
    return Promise.resolve();
  }
}
