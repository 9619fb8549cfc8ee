import {
  Authenticator,
  InvalidTokenError,
  isSecret,
  prefixOfSecret,
  RejectedTokenError,
  resolveNamespace,
  type Namespace,
  type Principal,
} from '@sfm/memory';
import type { ApiKeyRing, CurrentKey } from './api-key-ring.js';

const REASONS = { revoked: 'the API key was revoked', expired: 'the API key has expired' } as const;

/** Authenticates the secrets of API keys. Who holds a secret that was valid once is told why it is not any more. */
export class ApiKeyAuthenticator extends Authenticator {
  /** The secret's prefix by which each principal came. */
  private readonly shown = new WeakMap<Principal, string>();

  constructor(
    private readonly ring: ApiKeyRing,
    private readonly defaultNamespace: Namespace,
  ) {
    super();
  }

  async authenticate(token: string, namespace: string | undefined): Promise<Principal> {
    const prefix = prefixOfSecret(token);
    const found = prefix === undefined ? undefined : await this.ring.find(prefix);
    if (prefix === undefined || !found || !isSecret(token, found.hash)) throw new InvalidTokenError();
    assertUsable(found);
    const { id, namespaces, scopes, rateLimit } = found.key;
    const principal: Principal = {
      credentialId: id,
      namespaces,
      scopes,
      ...(rateLimit === null ? {} : { rateLimit }),
      namespace: resolveNamespace(namespaces, namespace, this.defaultNamespace),
    };
    this.shown.set(principal, prefix);
    return principal;
  }

  override async confirm(principal: Principal): Promise<void> {
    const prefix = this.shown.get(principal);
    if (prefix === undefined) return;
    const found = await this.ring.find(prefix);
    if (!found) throw new RejectedTokenError('the API key was given another secret');
    assertUsable(found);
  }
}

function assertUsable({ state }: CurrentKey): void {
  if (state !== 'usable') throw new RejectedTokenError(REASONS[state]);
}
