import {
  ConsolidationRuns,
  trustedNamespace,
  type ConsolidationRun,
  type ItemOutcome,
  type Namespace,
  type PlannedItem,
  type RunItem,
  type RunRequest,
  type RunsPage,
  type RunState,
  type RunTotals,
} from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** Runs of a namespace that are kept. */
const KEPT = 1000;
/** Number of older ones that are deleted with each new one. */
const SWEPT = 20;

const RUN = 'id, namespace, number::float8 AS number, state, request, totals, started_at, ended_at';

/** $1 namespace, $2 fingerprint, $3 id, $4 request. The caller holds the lock of consolidations of the namespace. */
const BEGIN = `
WITH interrupted AS (
  SELECT ${RUN} FROM consolidations WHERE namespace = $1 AND state = 'running' AND fingerprint = $2
  ORDER BY consolidations.number LIMIT 1
), begun AS (
  INSERT INTO consolidations (id, namespace, fingerprint, request)
  SELECT $3, $1, $2, $4 WHERE NOT EXISTS (SELECT FROM interrupted)
  RETURNING ${RUN}
), old AS (
  SELECT id FROM (
    SELECT id, number FROM consolidations WHERE namespace = $1 ORDER BY number DESC OFFSET ${KEPT - 1}
  ) AS beyond ORDER BY number LIMIT ${SWEPT}
), forgotten_items AS (
  DELETE FROM consolidation_items WHERE consolidation_id IN (SELECT id FROM old) AND EXISTS (SELECT FROM begun)
), forgotten AS (
  DELETE FROM consolidations WHERE id IN (SELECT id FROM old) AND EXISTS (SELECT FROM begun)
)
SELECT * FROM interrupted UNION ALL SELECT * FROM begun`;

const PLAN = `
INSERT INTO consolidation_items (consolidation_id, coordinate_key, coordinate, content_hash, prior_version)
SELECT $1, key, string_to_array(key, ',')::double precision[], hash, prior
FROM unnest($2::text[], $3::text[], $4::int[]) AS planned (key, hash, prior)
ON CONFLICT (consolidation_id, coordinate_key) DO UPDATE SET content_hash = excluded.content_hash`;

const FINISH = `
WITH unmade AS (DELETE FROM consolidation_items WHERE consolidation_id = $1 AND outcome = 'planned')
UPDATE consolidations SET state = 'done', ended_at = now(), totals = $3 WHERE id = $1 AND namespace = $2 RETURNING ${RUN}`;

interface RunRow {
  readonly id: string;
  readonly namespace: string;
  readonly number: number;
  readonly state: RunState;
  readonly request: RunRequest;
  readonly totals: RunTotals | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
}

interface ItemRow {
  readonly coordinate_key: string;
  readonly coordinate: number[];
  readonly content_hash: string;
  readonly prior_version: number;
  readonly version: number | null;
  readonly outcome: ItemOutcome;
}

/** Keeps consolidations in PostgreSQL. Every change of it may be repeated; none is shown to have failed and happens later. */
export class PostgresConsolidationRuns extends ConsolidationRuns {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async begin(
    namespace: Namespace,
    { id, fingerprint, request }: { readonly id: string; readonly fingerprint: string; readonly request: RunRequest },
  ): Promise<ConsolidationRun> {
    return this.changed({
      name: 'sfm_consolidation_begin',
      text: BEGIN,
      values: [namespace, fingerprint, id, JSON.stringify(request)],
    });
  }

  async plan(_: Namespace, id: string, items: readonly PlannedItem[]): Promise<void> {
    await this.database.queryWithRetry({
      name: 'sfm_consolidation_plan',
      text: PLAN,
      values: [
        id,
        items.map(({ key }) => key),
        items.map(({ contentHash }) => contentHash),
        items.map(({ priorVersion }) => priorVersion),
      ],
    });
  }

  async made(_: Namespace, id: string, item: { readonly key: string; readonly version: number }): Promise<void> {
    await this.database.queryWithRetry({
      name: 'sfm_consolidation_made',
      text: `UPDATE consolidation_items SET version = $3, outcome = 'made' WHERE consolidation_id = $1 AND coordinate_key = $2`,
      values: [id, item.key, item.version],
    });
  }

  async finish(namespace: Namespace, id: string, totals: RunTotals): Promise<ConsolidationRun> {
    return this.changed({
      name: 'sfm_consolidation_finish',
      text: FINISH,
      values: [id, namespace, JSON.stringify(totals)],
    });
  }

  async settled(
    _: Namespace,
    id: string,
    item: { readonly key: string; readonly outcome: 'undone' | 'left' },
  ): Promise<void> {
    await this.database.queryWithRetry({
      name: 'sfm_consolidation_settled',
      text: 'UPDATE consolidation_items SET outcome = $3 WHERE consolidation_id = $1 AND coordinate_key = $2',
      values: [id, item.key, item.outcome],
    });
  }

  async undone(namespace: Namespace, id: string): Promise<ConsolidationRun> {
    return this.changed({
      name: 'sfm_consolidation_undone',
      text: `UPDATE consolidations SET state = 'undone' WHERE id = $1 AND namespace = $2 RETURNING ${RUN}`,
      values: [id, namespace],
    });
  }

  async find(namespace: Namespace, id: string): Promise<ConsolidationRun | undefined> {
    const [row] = await this.database.query<RunRow>({
      name: 'sfm_consolidation_find',
      text: `SELECT ${RUN} FROM consolidations WHERE id = $1 AND namespace = $2`,
      values: [id, namespace],
    });
    return row && toRun(row);
  }

  async items(namespace: Namespace, id: string): Promise<readonly RunItem[]> {
    const rows = await this.database.query<ItemRow>({
      name: 'sfm_consolidation_items',
      text: `SELECT i.* FROM consolidation_items i JOIN consolidations c ON c.id = i.consolidation_id
        WHERE c.id = $1 AND c.namespace = $2 ORDER BY i.coordinate_key`,
      values: [id, namespace],
    });
    return rows.map(toItem);
  }

  async page(
    namespace: Namespace,
    { before, limit }: { readonly before?: number; readonly limit: number },
  ): Promise<RunsPage> {
    const rows = await this.database.query<RunRow>({
      name: 'sfm_consolidation_page',
      text: `SELECT ${RUN} FROM consolidations c WHERE namespace = $1 AND ($2::bigint IS NULL OR c.number < $2::bigint)
        ORDER BY c.number DESC LIMIT $3`,
      values: [namespace, before ?? null, limit + 1],
    });
    const runs = rows.slice(0, limit).map(toRun);
    const last = runs.at(-1);
    return { runs, ...(rows.length > limit && last ? { next: last.number } : {}) };
  }

  private async changed(statement: Parameters<PostgresDatabase['queryWithRetry']>[0]): Promise<ConsolidationRun> {
    const [row] = await this.database.queryWithRetry<RunRow>(statement);
    if (!row) throw new Error('the store answered without a consolidation');
    return toRun(row);
  }
}

function toRun({ id, namespace, number, state, request, totals, ...times }: RunRow): ConsolidationRun {
  return {
    id,
    namespace: trustedNamespace(namespace),
    number,
    state,
    request,
    totals,
    startedAt: times.started_at,
    endedAt: times.ended_at,
  };
}

function toItem(row: ItemRow): RunItem {
  const { coordinate, version, outcome } = row;
  const hash = { contentHash: row.content_hash, priorVersion: row.prior_version };
  return { key: row.coordinate_key, coordinate, ...hash, version, outcome };
}
