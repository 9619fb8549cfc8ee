import { v7 as uuidv7 } from 'uuid';
import { namespacePatterns } from '../access/allowed-namespaces.js';
import { hasScope, type Principal } from '../access/principal.js';
import type { AuditedAct } from '../audit/audit-entry.js';
import { InvalidRequestError, KeyNotFoundError, ScopeForbiddenError } from '../model/errors.js';
import { MAX_API_KEYS, type ApiKey, type ApiKeyRights } from './api-key.js';
import { newSecret } from './api-key-secret.js';
import type { ApiKeys } from './api-keys.port.js';

/** A key with the secret that is shown this once. */
export interface IssuedKey {
  readonly key: ApiKey;
  readonly secret: string;
}

/** A page of keys in the order they were made. */
export interface ApiKeyPage {
  readonly keys: readonly ApiKey[];
  /** Continue after this id; absent on the last page. */
  readonly next?: string;
}

/** Makes, lists, replaces and ends API keys. Who makes or replaces one needs every scope that it has. */
export class ApiKeyService {
  constructor(private readonly keys: ApiKeys) {}

  /** @throws ScopeForbiddenError; InvalidRequestError when it expires in the past, or there are too many keys */
  async create(
    principal: Principal,
    { name, ...rights }: ApiKeyRights & { readonly name: string },
  ): Promise<IssuedKey> {
    assertHolds(principal, rights);
    if (rights.expiresAt && rights.expiresAt.getTime() <= Date.now()) {
      throw new InvalidRequestError('expires_at', 'must be in the future');
    }
    const { secret, ...stored } = newSecret();
    const key = { id: uuidv7(), name, ...rights, createdBy: principal.credentialId ?? null };
    const made = await this.keys.create(key, stored, act(principal, 'createKey', { ...key, prefix: stored.prefix }));
    if (made) return { key: made, secret };
    throw new InvalidRequestError('name', `may name a key when fewer than ${MAX_API_KEYS} are in use; revoke some`);
  }

  async list(page: { readonly after?: string; readonly limit: number }): Promise<ApiKeyPage> {
    const found = await this.keys.list(page.after, page.limit + 1);
    const keys = found.slice(0, page.limit);
    const last = keys.at(-1);
    return found.length > page.limit && last ? { keys, next: last.id } : { keys };
  }

  /** Gives a key a new secret; the one before ends at once. @throws KeyNotFoundError; ScopeForbiddenError */
  async rotate(principal: Principal, id: string): Promise<IssuedKey> {
    const known = await this.keys.find(id);
    if (!known) throw new KeyNotFoundError(id);
    assertHolds(principal, known);
    const { secret, ...stored } = newSecret();
    const noted = act(principal, 'rotateKey', { ...known, prefix: stored.prefix });
    const key = await this.keys.rotate(id, stored, noted);
    if (!key) throw new KeyNotFoundError(id);
    return { key, secret };
  }

  /** Ends a key. @throws KeyNotFoundError */
  async revoke(principal: Principal, id: string): Promise<ApiKey> {
    const known = await this.keys.find(id);
    const key = known && (await this.keys.revoke(id, act(principal, 'revokeKey', known)));
    if (!key) throw new KeyNotFoundError(id);
    return key;
  }
}

/** Whoever could hand out more than they have would have it. */
function assertHolds(principal: Principal, { scopes }: Pick<ApiKeyRights, 'scopes'>): void {
  const lacking = scopes.find((scope) => !hasScope(principal, scope));
  if (lacking !== undefined) throw new ScopeForbiddenError(lacking);
}

type NotedKey = ApiKeyRights & Pick<ApiKey, 'id' | 'name' | 'prefix'>;

function act({ credentialId }: Principal, action: string, key: NotedKey): AuditedAct {
  const details = {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    namespaces: [...namespacePatterns(key.namespaces)],
    rate_limit: key.rateLimit,
    expires_at: key.expiresAt?.toISOString() ?? null,
  };
  return { actor: credentialId ?? null, action, namespace: null, details };
}
