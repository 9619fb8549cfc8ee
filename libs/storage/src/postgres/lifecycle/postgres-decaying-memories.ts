import {
  fitting,
  DecayingMemories,
  KEPT_BY_SCORE,
  type DecayPage,
  type DecayRules,
  type ListPosition,
  type Namespace,
} from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { epochMs } from '../rows/epoch-ms.js';
import { isLive } from '../rows/live-memory.js';
import { MEMORY_COLUMNS, toMemory, type MemoryRow } from '../rows/memory-row.js';

/** Memories that one page looks at, and most that it returns: each may be as large as a payload may be. */
const LOOKED_AT = 1000;
const RETURNED = 50;

const AGE = 'extract(epoch FROM now() - m.created_at)::float8';
const IDLE = 'extract(epoch FROM now() - coalesce(m.last_accessed_at, m.created_at))::float8';

/** As `decayScore`, and only what is decided by it: whoever reads the page decides again. */
const SCORED = `coalesce(m.importance, 0) <= 1
  AND (${AGE} + ${IDLE}) / 3600 - 0.5 * m.access_count - 2 * coalesce(m.importance, 0) > 2
  AND (m.payload - $7::text[]) <> '{}'::jsonb`;

const PAGE = `WITH page AS MATERIALIZED (
  SELECT m.created_at, m.id FROM memories m
  WHERE m.namespace = $1 AND (m.created_at, m.id) > ($2::timestamptz, $3::bigint)
    AND m.created_at < now() - make_interval(secs => $4::float8) AND ${isLive('m')}
  ORDER BY m.created_at, m.id LIMIT ${LOOKED_AT}
), found AS MATERIALIZED (
  SELECT p.created_at, p.id FROM page p
  JOIN memories m ON m.namespace = $1 AND m.created_at = p.created_at AND m.id = p.id
  WHERE m.payload ?| $5::text[] OR ($6::boolean AND ${SCORED})
  ORDER BY p.created_at, p.id LIMIT $8
), edge AS (
  SELECT created_at, id FROM (SELECT created_at, id FROM page OFFSET ${LOOKED_AT - 1}) AS last
)
SELECT (SELECT ${epochMs('created_at')} FROM edge) AS edge_ms, (SELECT id::float8 FROM edge) AS edge_id,
  ${AGE} AS age, ${IDLE} AS idle, ${epochMs('m.created_at')} AS place_ms, ${MEMORY_COLUMNS}
FROM (SELECT) AS always
LEFT JOIN found f ON true
LEFT JOIN memories m ON m.namespace = $1 AND m.created_at = f.created_at AND m.id = f.id
ORDER BY f.created_at, f.id`;

interface PageRow extends MemoryRow {
  readonly edge_ms: number | null;
  readonly edge_id: number | null;
  readonly age: number;
  readonly idle: number;
  readonly place_ms: number;
}

/** Reads memories along the index of creation times, as far as they are old enough. */
export class PostgresDecayingMemories extends DecayingMemories {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  page(namespace: Namespace, rules: DecayRules, after?: ListPosition): Promise<DecayPage> {
    return fitting(RETURNED, (limit) => this.read(namespace, rules, { after, limit }));
  }

  private async read(
    namespace: Namespace,
    { levels, isScored }: DecayRules,
    { after, limit }: { readonly after: ListPosition | undefined; readonly limit: number },
  ): Promise<DecayPage> {
    const youngest = isScored ? 0 : Math.min(...levels.map(({ afterSeconds }) => afterSeconds));
    const rows = await this.database.query<PageRow>({
      text: PAGE,
      values: [
        namespace,
        new Date(after?.createdAtMs ?? 0).toISOString(),
        after?.id ?? 0,
        youngest,
        [...new Set(levels.flatMap(({ keys }) => keys))],
        isScored,
        KEPT_BY_SCORE,
        limit,
      ],
    });
    const memories = rows
      .filter(({ coordinate_key }: { coordinate_key: string | null }) => coordinate_key !== null)
      .map((row) => ({
        memory: toMemory(row),
        facts: { ageSeconds: row.age, idleSeconds: row.idle, accessCount: row.access_count },
      }));
    const next = memories.length === limit ? placeOf(rows.at(-1)) : edgeOf(rows[0]);
    return { memories, ...(next ? { next } : {}) };
  }
}

function placeOf(row: PageRow | undefined): ListPosition | undefined {
  return row && { createdAtMs: row.place_ms, id: Number(row.id) };
}

function edgeOf(row: PageRow | undefined): ListPosition | undefined {
  return row && row.edge_ms !== null && row.edge_id !== null
    ? { createdAtMs: row.edge_ms, id: row.edge_id }
    : undefined;
}
