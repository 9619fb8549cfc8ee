import {
  RetentionPolicies,
  trustedNamespace,
  type Namespace,
  type RetentionPolicy,
  type StoredPolicy,
} from '@sfm/memory';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import { voidAfter } from '../changes/void-after.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { isAtRest } from '../rows/at-rest.js';

const COLUMNS = `namespace, max_age_seconds::float8 AS max_age_seconds, max_memories::float8 AS max_memories,
  keep_importance_from, version, updated_at`;

/**
 * Writes the policy and its ledger row. The row belongs to no coordinate, so it makes no version, and it is no event for
 * others: what is kept is decided here. Nothing is written when it is what there is already.
 */
const REPLACE = `WITH written AS (
  INSERT INTO retention_policies AS p (namespace, max_age_seconds, max_memories, keep_importance_from)
  VALUES ($1, $2, $3, $4)
  ON CONFLICT (namespace) DO UPDATE SET max_age_seconds = excluded.max_age_seconds, max_memories = excluded.max_memories,
    keep_importance_from = excluded.keep_importance_from, version = p.version + 1, updated_at = greatest(p.updated_at, now())
  WHERE (p.max_age_seconds, p.max_memories, p.keep_importance_from)
    IS DISTINCT FROM (excluded.max_age_seconds, excluded.max_memories, excluded.keep_importance_from)
  RETURNING *, ${voidAfter('$6')} AS in_time
), known AS (
  INSERT INTO namespaces (name) SELECT namespace FROM written WHERE in_time ON CONFLICT DO NOTHING
), ledger AS (
  INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, payload_form)
  SELECT $5::uuid, $5::uuid, namespace, 'policy_changed', extract(epoch FROM updated_at)::double precision,
    jsonb_build_object('policy', 'retention', 'max_age_seconds', max_age_seconds, 'max_memories', max_memories,
      'keep_importance_from', keep_importance_from, 'version', version), 'sent'
  FROM written WHERE in_time
)
SELECT ${COLUMNS} FROM written
UNION ALL
SELECT ${COLUMNS} FROM retention_policies WHERE namespace = $1 AND NOT EXISTS (SELECT FROM written)`;

interface PolicyRow {
  readonly namespace: string;
  readonly max_age_seconds: number | null;
  readonly max_memories: number | null;
  readonly keep_importance_from: number | null;
  readonly version: number;
  readonly updated_at: Date;
}

/** The policies in PostgreSQL, each change with its row in the ledger. */
export class PostgresRetentionPolicies extends RetentionPolicies {
  private readonly changes: DeadlinedChanges;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
  }

  async find(namespace: Namespace): Promise<StoredPolicy | undefined> {
    const [row] = await this.database.query<PolicyRow>({
      name: 'sfm_retention_policy',
      text: `SELECT ${COLUMNS} FROM retention_policies WHERE namespace = $1`,
      values: [namespace],
    });
    return row && toPolicy(row);
  }

  async all(): Promise<readonly StoredPolicy[]> {
    const rows = await this.database.query<PolicyRow>({
      text: `SELECT ${COLUMNS} FROM retention_policies
        WHERE (max_age_seconds IS NOT NULL OR max_memories IS NOT NULL OR keep_importance_from IS NOT NULL)
          AND ${isAtRest('namespace')}
        ORDER BY namespace`,
    });
    return rows.map(toPolicy);
  }

  async replace(namespace: Namespace, policy: RetentionPolicy, eventId: string): Promise<StoredPolicy> {
    const { maxAgeSeconds, maxMemories, keepImportanceFrom } = policy;
    const values = [namespace, maxAgeSeconds, maxMemories, keepImportanceFrom, eventId];
    const [row] = await this.changes.run<PolicyRow>((deadlineMs) => ({
      text: REPLACE,
      values: [...values, deadlineMs],
    }));
    // Another process replaced it in the same instant.
    return row ? toPolicy(row) : this.replace(namespace, policy, eventId);
  }
}

function toPolicy(row: PolicyRow): StoredPolicy {
  return {
    namespace: trustedNamespace(row.namespace),
    maxAgeSeconds: row.max_age_seconds,
    maxMemories: row.max_memories,
    keepImportanceFrom: row.keep_importance_from,
    version: row.version,
    updatedAt: row.updated_at,
  };
}
