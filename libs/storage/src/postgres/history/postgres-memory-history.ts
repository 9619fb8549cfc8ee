import {
  MemoryHistory,
  type JsonObject,
  type LedgerPlace,
  type LedgerVersion,
  type LedgerVersions,
  type MemoryType,
  type Standing,
  type VersionsQuery,
} from '@sfm/memory';
import type { PostgresDatabase, Statement } from '../connection/postgres-database.js';
import { epochMs } from '../rows/epoch-ms.js';
import { WRITTEN_AT } from './written-at.js';
import { isLiveAt } from '../rows/live-memory.js';
import { ledgerPayload, payloadOf, type PayloadColumns } from '../rows/payload-columns.js';
import { validityOf } from '../rows/validity-column.js';

/** One version, or none, beside what is at the coordinate, or nothing. */
interface VersionRow extends PayloadColumns {
  readonly newest_version: number | null;
  readonly created_version: number;
  readonly is_live: boolean;
  readonly version: number | null;
  readonly type: LedgerVersion['kind'];
  readonly at_ms: number;
  readonly memory_type: MemoryType | null;
  readonly announced: boolean;
  readonly payload_form: string;
  readonly importance: number | null;
  readonly importance_norm: number | null;
  readonly content_hash: string | null;
  readonly expires_at_ms: number | null;
  readonly validity: JsonObject | null;
}

/** Reads the rows of one coordinate along the version index of the ledger. */
export class PostgresMemoryHistory extends MemoryHistory {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  page({ namespace, key }: LedgerPlace, { before, limit }: VersionsQuery, now: Date): Promise<LedgerVersions> {
    return this.read({
      name: 'sfm_history',
      text: versionsSql('e.version < coalesce($4, 2147483648) ORDER BY e.version DESC LIMIT $5'),
      values: [namespace, key, now.toISOString(), before ?? null, limit],
    });
  }

  knownAt({ namespace, key }: LedgerPlace, at: Date, now: Date): Promise<LedgerVersions> {
    return this.read({
      name: 'sfm_version_known_at',
      text: versionsSql(`${WRITTEN_AT} <= $4::timestamptz ORDER BY e.version DESC LIMIT 1`),
      values: [namespace, key, now.toISOString(), at.toISOString()],
    });
  }

  find({ namespace, key }: LedgerPlace, versions: readonly number[], now: Date): Promise<LedgerVersions> {
    return this.read({
      name: 'sfm_versions',
      text: versionsSql('e.version = ANY($4::bigint[])'),
      values: [namespace, key, now.toISOString(), versions],
    });
  }

  private async read(statement: Statement): Promise<LedgerVersions> {
    const rows = await this.database.query<VersionRow>(statement);
    return { versions: rows.flatMap(toVersion), standing: rows[0] && toStanding(rows[0]) };
  }
}

/** @param which condition and order of the ledger rows `e` that are read */
function versionsSql(which: string): string {
  return `SELECT m.version AS newest_version, m.created_version, ${isLiveAt('m', '$3')} AS is_live,
      v.version, v.type, v.at_ms, v.memory_type, v.announced, v.payload_form, v.payload, v.payload_text, v.importance, v.importance_norm,
      v.content_hash, v.expires_at_ms, v.validity
    FROM (SELECT $1::text AS namespace, $2::text AS key) AS asked
    LEFT JOIN memories m ON m.namespace = asked.namespace AND m.coordinate_key = asked.key
    LEFT JOIN LATERAL (
      SELECT e.version, e.type, ${epochMs(WRITTEN_AT)} AS at_ms, e.memory_type, e.announced, e.payload_form, ${ledgerPayload('e')},
        e.importance, e.importance_norm, encode(e.content_hash, 'hex') AS content_hash,
        ${epochMs('e.expires_at')} AS expires_at_ms, e.validity
      FROM memory_events e
      WHERE e.namespace = asked.namespace AND e.coordinate_key = asked.key AND e.version IS NOT NULL AND ${which}
    ) AS v ON true
    ORDER BY v.version DESC`;
}

function toStanding({ newest_version, created_version, is_live }: VersionRow): Standing | undefined {
  if (newest_version === null) return undefined;
  return { version: newest_version, createdVersion: created_version, isLive: is_live };
}

function toVersion(row: VersionRow): readonly LedgerVersion[] {
  const { version, type, at_ms, memory_type, announced, payload_form, expires_at_ms } = row;
  if (version === null) return [];
  const isKnown = type !== 'deleted' && payload_form === 'sent';
  const content = isKnown
    ? {
        payload: payloadOf(row),
        importance: row.importance,
        importanceNorm: row.importance_norm ?? 0,
        contentHash: row.content_hash ?? '',
        expiresAt: expires_at_ms === null ? null : new Date(expires_at_ms),
        ...validityOf(row.validity),
      }
    : null;
  return [{ version, kind: type, at: new Date(at_ms), type: memory_type, isForeign: announced, content }];
}
