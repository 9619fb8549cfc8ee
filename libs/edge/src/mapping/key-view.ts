import {
  InvalidRequestError,
  namespacePatterns,
  toAllowedNamespaces,
  type ApiKey,
  type ApiKeyPage,
  type ApiKeyRights,
  type IssuedKey,
} from '@sfm/memory';
import type { NewKeyBody } from '../schemas/key.schemas.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws InvalidRequestError naming a namespace that is no pattern */
export function toNewKey(body: NewKeyBody): ApiKeyRights & { readonly name: string } {
  const { name, scopes, namespaces, expires_at: expiresAt, rate_limit: rateLimit } = body;
  return {
    name,
    scopes: [...new Set(scopes)],
    namespaces: toAllowedNamespaces(namespaces),
    rateLimit,
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
  };
}

/** @throws InvalidRequestError naming the field unless it can be the id of a key */
export function toKeyId(text: string, field = 'id'): string {
  if (!UUID.test(text)) throw new InvalidRequestError(field, 'must be the id of a key, a UUID');
  return text.toLowerCase();
}

export function keyView(key: ApiKey) {
  const { id, name, prefix, scopes, rateLimit, createdBy } = key;
  return {
    ...{ id, name, prefix, scopes, namespaces: namespacePatterns(key.namespaces), rate_limit: rateLimit },
    expires_at: key.expiresAt?.toISOString() ?? null,
    created_at: key.createdAt.toISOString(),
    created_by: createdBy,
    rotated_at: key.rotatedAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    state: stateOf(key),
  };
}

export function issuedKeyView({ key, secret }: IssuedKey) {
  return { ...keyView(key), secret };
}

export function keyPageView({ keys, next }: ApiKeyPage) {
  return { keys: keys.map(keyView), next_after: next ?? null };
}

function stateOf({ revokedAt, expiresAt }: ApiKey): 'active' | 'expired' | 'revoked' {
  if (revokedAt) return 'revoked';
  return expiresAt && expiresAt.getTime() <= Date.now() ? 'expired' : 'active';
}
