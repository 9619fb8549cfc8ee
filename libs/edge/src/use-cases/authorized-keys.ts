import type { ApiKey, ApiKeyPage, ApiKeyRights, ApiKeyService, IssuedKey, Principal } from '@sfm/memory';
import { admitEverywhere } from './admission.js';

/**
 * API keys, for principals with the scope `admin` in every namespace: whoever makes keys decides who may use what. Others get
 * ScopeForbiddenError or NamespaceForbiddenError.
 */
export class AuthorizedKeys {
  constructor(private readonly keys: ApiKeyService) {}

  /** See `ApiKeyService.create`. */
  async createKey(principal: Principal, key: ApiKeyRights & { readonly name: string }): Promise<IssuedKey> {
    admitEverywhere(principal, 'createKey');
    return this.keys.create(principal, key);
  }

  /** See `ApiKeyService.list`. */
  async listKeys(principal: Principal, page: { readonly after?: string; readonly limit: number }): Promise<ApiKeyPage> {
    admitEverywhere(principal, 'listKeys');
    return this.keys.list(page);
  }

  /** See `ApiKeyService.rotate`. */
  async rotateKey(principal: Principal, id: string): Promise<IssuedKey> {
    admitEverywhere(principal, 'rotateKey');
    return this.keys.rotate(principal, id);
  }

  /** See `ApiKeyService.revoke`. */
  async revokeKey(principal: Principal, id: string): Promise<ApiKey> {
    admitEverywhere(principal, 'revokeKey');
    return this.keys.revoke(principal, id);
  }
}
