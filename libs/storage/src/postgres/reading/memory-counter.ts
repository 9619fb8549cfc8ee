import { whileWanted, withinNamespaces, withoutBudget, type MemoryCounts, type Namespace } from '@sfm/memory';
import { within } from '@sfm/observability';
import { LRUCache } from 'lru-cache';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { epochMs } from '../rows/epoch-ms.js';
import { isLiveAt } from '../rows/live-memory.js';

/** Bounds of a count. */
export interface CounterOptions {
  /** Rows counted by one statement, live or not. @default 50000 */
  readonly sliceSize?: number;
  /** How long a caller waits for a count in slices before it gets an older one or an estimate. @default 1000 */
  readonly patienceMs?: number;
}

/** A count in slices is used for this many times as long as it took, and at least this long. */
const REST_FACTOR = 20;
const MIN_REST_MS = 1000;
const MAX_NAMESPACES = 1000;

/** Where a slice ends. */
interface Place {
  readonly namespace: string;
  readonly createdAtMs: number;
  readonly id: number;
}

interface Slice {
  readonly counts: MemoryCounts;
  /** Undefined when nothing follows. */
  readonly end: Place | undefined;
}

interface SliceRow {
  readonly episodic: number;
  readonly semantic: number;
  readonly end_namespace: string | null;
  readonly end_ms: number;
  readonly end_id: number;
}

/** The count of many memories, made slice by slice. */
interface LongCount {
  last: MemoryCounts | undefined;
  usableUntilMs: number;
  running: Promise<MemoryCounts> | undefined;
}

const NOTHING: MemoryCounts = { total: 0, episodic: 0, semantic: 0 };

/**
 * Counts live memories along their index. A count takes at most one statement over a bounded number of rows while a
 * caller waits for nothing else; where there are more, all callers share one count in slices, which takes a small part
 * of the time.
 */
export class MemoryCounter {
  private readonly longCounts = new LRUCache<string, LongCount>({ max: MAX_NAMESPACES });

  private readonly sliceSize: number;
  private readonly patienceMs: number;

  constructor(
    private readonly database: PostgresDatabase,
    { sliceSize = 50_000, patienceMs = 1000 }: CounterOptions = {},
  ) {
    this.sliceSize = sliceSize;
    this.patienceMs = patienceMs;
  }

  /** See `MemoryCatalog.counts`. */
  async counts(namespace: Namespace | undefined, now: Date): Promise<MemoryCounts> {
    const known = this.longCounts.get(namespace ?? '');
    if (known?.last && performance.now() < known.usableUntilMs) return known.last;
    const first = known ? undefined : await this.slice(namespace, now);
    if (first && !first.end) return first.counts;
    return this.longCount(namespace, now);
  }

  private async longCount(namespace: Namespace | undefined, now: Date): Promise<MemoryCounts> {
    const count = this.longCounts.get(namespace ?? '') ?? { last: undefined, usableUntilMs: 0, running: undefined };
    this.longCounts.set(namespace ?? '', count);
    count.running ??= withoutBudget(() =>
      withinNamespaces(namespace === undefined ? '*' : [namespace], () => this.countAll(namespace, now, count)),
    ).finally(() => (count.running = undefined));
    const { running, last } = count;
    // A caller who does not wait for its end must not leave its failure unheard.
    running.catch(() => undefined);
    const counted = await whileWanted(within<MemoryCounts | undefined>(this.patienceMs, running, undefined));
    return counted ?? last ?? this.estimate(namespace);
  }

  private async countAll(namespace: Namespace | undefined, now: Date, count: LongCount): Promise<MemoryCounts> {
    const start = performance.now();
    let counts = NOTHING;
    let end: Place | undefined;
    do {
      const slice: Slice = await this.slice(namespace, now, end);
      counts = sum(counts, slice.counts);
      end = slice.end;
    } while (end);
    const took = performance.now() - start;
    if (counts.total <= this.sliceSize) this.longCounts.delete(namespace ?? '');
    count.last = counts;
    count.usableUntilMs = performance.now() + Math.max(MIN_REST_MS, REST_FACTOR * took);
    return counts;
  }

  /** Counts the next rows after a place. */
  private async slice(namespace: Namespace | undefined, now: Date, after?: Place): Promise<Slice> {
    const from = after ? [after.namespace, new Date(after.createdAtMs).toISOString(), after.id] : ['', '-infinity', 0];
    const within = namespace === undefined ? 'true' : 'm.namespace = $6';
    const along = `FROM memories m
      WHERE ${within} AND (m.namespace, m.created_at, m.id) > ($2::text, $3::timestamptz, $4::bigint)
      ORDER BY m.namespace, m.created_at, m.id`;
    const [row] = await this.database.query<SliceRow>({
      text: `SELECT counted.*, edge.namespace AS end_namespace, edge.at::float8 AS end_ms, edge.id::float8 AS end_id
        FROM (
          SELECT (count(*) FILTER (WHERE m.type = 'episodic'))::float8 AS episodic,
            (count(*) FILTER (WHERE m.type = 'semantic'))::float8 AS semantic
          FROM (SELECT m.type, m.deleted_at, m.expires_at ${along} LIMIT $5) AS m
          WHERE ${isLiveAt('m', '$1')}
        ) AS counted
        LEFT JOIN (SELECT m.namespace, ${epochMs('m.created_at')} AS at, m.id ${along} OFFSET $5::bigint - 1 LIMIT 1) AS edge
          ON true`,
      values: [now.toISOString(), ...from, this.sliceSize, ...(namespace === undefined ? [] : [namespace])],
    });
    const { episodic = 0, semantic = 0 } = row ?? {};
    const end =
      row?.end_namespace == null
        ? undefined
        : { namespace: row.end_namespace, createdAtMs: row.end_ms, id: row.end_id };
    return { counts: { total: episodic + semantic, episodic, semantic }, end };
  }

  /** The planner's figures: of the last ANALYZE, in the proportions of a sample. */
  private async estimate(namespace: Namespace | undefined): Promise<MemoryCounts> {
    const [episodic, semantic] = await Promise.all(
      ['episodic', 'semantic'].map(async (type) => {
        const [row] = await this.database.query<{ 'QUERY PLAN': readonly { Plan: { 'Plan Rows': number } }[] }>({
          text: `EXPLAIN (FORMAT JSON) SELECT FROM memories
            WHERE type = $1 AND deleted_at IS NULL AND ${namespace === undefined ? 'true' : 'namespace = $2'}`,
          values: [type, ...(namespace === undefined ? [] : [namespace])],
        });
        return row?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0;
      }),
    );
    return { total: (episodic ?? 0) + (semantic ?? 0), episodic: episodic ?? 0, semantic: semantic ?? 0 };
  }
}

function sum(a: MemoryCounts, b: MemoryCounts): MemoryCounts {
  return { total: a.total + b.total, episodic: a.episodic + b.episodic, semantic: a.semantic + b.semantic };
}
