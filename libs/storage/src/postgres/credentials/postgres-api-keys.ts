import {
  actEntry,
  ApiKeys,
  MAX_API_KEYS,
  namespacePatterns,
  SCOPES,
  toAllowedNamespaces,
  type ApiKey,
  type AuditedAct,
  type FoundKey,
  type KeyUse,
  type NewApiKey,
  type StoredSecret,
} from '@sfm/memory';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import { voidAfter } from '../changes/void-after.js';
import type { PostgresDatabase, Statement } from '../connection/postgres-database.js';
import { appendAudit } from './append-audit.js';

const COLUMNS = `id, name, prefix, scopes, namespaces, rate_limit, expires_at, created_at, created_by, rotated_at,
  last_used_at, revoked_at`;

const CREATE = `INSERT INTO api_keys (id, name, prefix, hash, scopes, namespaces, rate_limit, expires_at, created_by)
SELECT $1, $2, $3, $4, $5, $6, $7::int, $8::timestamptz, $9
WHERE (SELECT count(*) FROM (SELECT FROM api_keys WHERE revoked_at IS NULL LIMIT ${MAX_API_KEYS}) AS used) < ${MAX_API_KEYS}
RETURNING ${COLUMNS}, ${voidAfter('$10')}`;

const ROTATE = `UPDATE api_keys SET prefix = $2, hash = $3, rotated_at = clock_timestamp()
WHERE id = $1 AND revoked_at IS NULL RETURNING ${COLUMNS}, ${voidAfter('$4')}`;

const REVOKE = `UPDATE api_keys SET revoked_at = clock_timestamp()
WHERE id = $1 AND revoked_at IS NULL RETURNING ${COLUMNS}, ${voidAfter('$2')}`;

const NOTE_USES = `UPDATE api_keys AS k SET last_used_at = used.at
FROM unnest($1::uuid[], $2::timestamptz[]) AS used (id, at)
WHERE k.id = used.id AND (k.last_used_at IS NULL OR k.last_used_at < used.at)`;

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly namespaces: readonly string[];
  readonly rate_limit: number | null;
  readonly expires_at: Date | null;
  readonly created_at: Date;
  readonly created_by: string | null;
  readonly rotated_at: Date | null;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

interface FoundRow extends KeyRow {
  readonly hash: Buffer;
  readonly remaining_ms: number | null;
}

/** API keys in PostgreSQL, each change with its entry in the audit log. */
export class PostgresApiKeys extends ApiKeys {
  private readonly changes: DeadlinedChanges;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
  }

  async create(key: NewApiKey, { prefix, hash }: StoredSecret, act: AuditedAct): Promise<ApiKey | undefined> {
    const { id, name, scopes, namespaces, rateLimit, expiresAt, createdBy } = key;
    const rights = [scopes, namespacePatterns(namespaces), rateLimit, expiresAt];
    return this.change(act, (deadlineMs) => ({
      text: CREATE,
      values: [id, name, prefix, hash, ...rights, createdBy, deadlineMs],
    }));
  }

  async list(after: string | undefined, limit: number): Promise<readonly ApiKey[]> {
    const rows = await this.database.query<KeyRow>({
      text: `SELECT ${COLUMNS} FROM api_keys WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2`,
      values: [after ?? null, limit],
    });
    return rows.map(toKey);
  }

  async find(id: string): Promise<ApiKey | undefined> {
    const [row] = await this.database.query<KeyRow>({
      text: `SELECT ${COLUMNS} FROM api_keys WHERE id = $1`,
      values: [id],
    });
    return row && toKey(row);
  }

  async rotate(id: string, { prefix, hash }: StoredSecret, act: AuditedAct): Promise<ApiKey | undefined> {
    return this.change(act, (deadlineMs) => ({ text: ROTATE, values: [id, prefix, hash, deadlineMs] }));
  }

  async revoke(id: string, act: AuditedAct): Promise<ApiKey | undefined> {
    return this.change(act, (deadlineMs) => ({ text: REVOKE, values: [id, deadlineMs] }));
  }

  async findByPrefixes(prefixes: readonly string[]): Promise<readonly FoundKey[]> {
    const rows = await this.database.query<FoundRow>({
      name: 'sfm_api_keys_find',
      text: `SELECT ${COLUMNS}, hash, (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS remaining_ms
        FROM api_keys WHERE prefix = ANY($1)`,
      values: [prefixes],
    });
    return rows.map((row) => ({ key: toKey(row), hash: row.hash, remainingMs: row.remaining_ms }));
  }

  async noteUses(uses: readonly KeyUse[]): Promise<void> {
    // In one order, so that two processes which note the same keys do not wait for one another in a circle.
    const sorted = uses.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    await this.database.queryWithRetry({
      text: NOTE_USES,
      values: [sorted.map(({ id }) => id), sorted.map(({ at }) => at.toISOString())],
    });
  }

  /** Changes one key and notes the act; nothing is noted when there is none to change. */
  private change(act: AuditedAct, build: (deadlineMs: number) => Statement): Promise<ApiKey | undefined> {
    return this.changes.transaction(async (run, deadlineMs) => {
      const [row] = await run<KeyRow>(build(deadlineMs));
      if (!row) return undefined;
      await appendAudit(run, [actEntry(act, new Date())], deadlineMs);
      return toKey(row);
    });
  }
}

function toKey(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: SCOPES.filter((scope) => row.scopes.includes(scope)),
    namespaces: toAllowedNamespaces(row.namespaces),
    rateLimit: row.rate_limit,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    createdBy: row.created_by,
    rotatedAt: row.rotated_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
