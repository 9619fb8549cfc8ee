import {
  ImportanceStates,
  NO_SAMPLES,
  scaleChanges,
  scaleOf,
  writtenUntil,
  type ImportanceBasis,
  type ImportanceState,
  type KnownImportances,
  type Namespace,
} from '@sfm/memory';
import type { PostgresDatabase, RunInTransaction, Statement } from '../connection/postgres-database.js';
import { epochMs } from '../rows/epoch-ms.js';
import { CARRY_IMPORTANCES } from './carry-importances.js';
import { keepScales, newestScale, SCALES_KEPT, toQuantiles } from './kept-scales.js';

/** Rows of samples that are read every time, before somebody counts them. */
const LONG = 64;
/** Rows of samples that are counted in one transaction. */
const COUNTED_AT_ONCE = 5_000;
/** Memories looked at, for a namespace that was never counted. */
const LOOKED_AT = 5_000;
/** The newest of them are samples. */
const SEEDS = 512;

interface StateRow {
  readonly count: number | null;
  readonly min: number;
  readonly max: number;
  readonly recent: readonly number[];
  readonly quantiles: readonly number[] | null;
}

interface KnownRow extends StateRow {
  readonly raws: readonly number[] | null;
  readonly batches: number;
  readonly first_at: Date | null;
}

/** The state of now, the scale that was kept for the moment, and what waits to be counted. */
interface PastRow extends StateRow {
  readonly kept_min: number | null;
  readonly kept_max: number;
  readonly kept_quantiles: readonly number[] | null;
  readonly newest_since: Date | null;
  readonly waiting: readonly (readonly [raws: readonly number[], writtenAtMs: number])[] | null;
}

const STATE = 's.count::float8 AS count, s.min, s.max, s.recent, s.quantiles';

/** Keeps importances in PostgreSQL; the samples are left by the statements that write memories (`leaveSamples`). */
export class PostgresImportanceStates extends ImportanceStates {
  constructor(
    private readonly database: PostgresDatabase,
    /** Scales of a namespace that are kept for recalls of the past. */
    private readonly scalesKept = SCALES_KEPT,
  ) {
    super();
  }

  private readonly run: RunInTransaction = (statement) => this.database.query(statement);

  async read(namespace: Namespace): Promise<KnownImportances> {
    const [row] = await this.database.query<KnownRow>({
      name: 'sfm_read_importances',
      text: `SELECT ${STATE}, waiting.raws, waiting.batches, waiting.first_at
        FROM (SELECT) AS always
        LEFT JOIN importance_states s ON s.namespace = $1
        CROSS JOIN (
          SELECT array_agg(u.raw ORDER BY w.id, u.nth) AS raws, count(DISTINCT w.id)::int AS batches, min(w.written_at) AS first_at
          FROM importance_samples w CROSS JOIN LATERAL unnest(w.raws) WITH ORDINALITY AS u (raw, nth)
          WHERE w.namespace = $1
        ) AS waiting`,
      values: [namespace],
    });
    const counted = row && toState(row);
    const begun = counted ?? (await this.begun(this.run, namespace, row?.first_at));
    const { state } = scaleOf(row?.raws ?? [], begun);
    const isSeeded = counted === undefined && begun.count > 0;
    return { state, isLong: isSeeded || (row?.batches ?? 0) >= LONG };
  }

  async count(namespace: Namespace): Promise<void> {
    let taken: number;
    do {
      taken = await this.database.transactionWithRetry((run) => this.countSome(run, namespace));
    } while (taken === COUNTED_AT_ONCE);
  }

  async asOf(namespace: Namespace, at: Date): Promise<ImportanceBasis | undefined> {
    const [row] = await this.database.query<PastRow>({
      name: 'sfm_past_importances',
      text: `SELECT ${STATE}, k.min AS kept_min, k.max AS kept_max, k.quantiles AS kept_quantiles,
          (SELECT max(since) FROM importance_scales WHERE namespace = $1) AS newest_since,
          (SELECT json_agg(json_build_array(w.raws, ${epochMs('w.written_at')}) ORDER BY w.id)
            FROM importance_samples w WHERE w.namespace = $1) AS waiting
        FROM (SELECT) AS always
        LEFT JOIN importance_states s ON s.namespace = $1
        LEFT JOIN LATERAL (
          SELECT min, max, quantiles FROM importance_scales WHERE namespace = $1 AND since <= $2 ORDER BY since DESC LIMIT 1
        ) AS k ON true`,
      values: [namespace, at.toISOString()],
    });
    if (!row) return undefined;
    const waiting = row.waiting ?? [];
    const batches = waiting.map(([raws, ms]) => ({ raws, writtenAt: new Date(ms) }));
    const until = writtenUntil(at, batches, row.newest_since ? { since: row.newest_since } : undefined);
    if (until.length > 0) {
      const firstAt = new Date(Math.min(...waiting.map(([, ms]) => ms)));
      const before = toState(row) ?? (await this.begun(this.run, namespace, firstAt));
      return scaleOf(
        until.flatMap(({ raws }) => raws),
        before,
      ).basis;
    }
    const { kept_min: min, kept_max: max, kept_quantiles: quantiles } = row;
    return min === null ? undefined : { min, max, quantiles: toQuantiles(quantiles) };
  }

  async carry(source: Namespace, target: Namespace): Promise<void> {
    await this.database.transactionWithRetry((run) => run({ text: CARRY_IMPORTANCES, values: [source, target] }));
  }

  /** Returns the number of rows of samples that were counted. */
  private async countSome(run: RunInTransaction, namespace: Namespace): Promise<number> {
    await run({
      text: 'INSERT INTO importance_states (namespace) VALUES ($1) ON CONFLICT DO NOTHING',
      values: [namespace],
    });
    const [row] = await run<StateRow>({
      text: `SELECT ${STATE} FROM importance_states s WHERE s.namespace = $1 FOR UPDATE SKIP LOCKED`,
      values: [namespace],
    });
    if (!row) return 0;
    const taken = await run<{ readonly id: string; readonly raws: readonly number[]; readonly written_at: Date }>({
      text: `DELETE FROM importance_samples d USING (
          SELECT id FROM importance_samples WHERE namespace = $1 ORDER BY id LIMIT ${COUNTED_AT_ONCE}) AS first
        WHERE d.namespace = $1 AND d.id = first.id
        RETURNING d.id, d.raws, d.written_at`,
      values: [namespace],
    });
    taken.sort((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
    const firstMs = Math.min(...taken.map(({ written_at: at }) => at.getTime()));
    const firstAt = taken.length > 0 ? new Date(firstMs) : null;
    const before = toState(row) ?? (await this.begun(run, namespace, firstAt));
    const batches = taken.map(({ raws, written_at: writtenAt }) => ({ raws, writtenAt }));
    const counted = scaleChanges({ state: before, batches, ...(await newestScale(run, namespace)) });
    await run(updateStatement(namespace, counted.state));
    await keepScales(run, namespace, { kept: counted.kept, most: this.scalesKept });
    return taken.length;
  }

  /** What a namespace begins with that has memories from before samples were left: the newest of these. */
  private async begun(
    run: RunInTransaction,
    namespace: Namespace,
    firstSampleAt: Date | null | undefined,
  ): Promise<ImportanceState> {
    const rows = await run<{ readonly raw: number }>({
      text: `SELECT coalesce(m.importance, 1) AS raw FROM (
          SELECT importance, deleted_at, updated_at, created_at, id FROM memories
          WHERE namespace = $1 ORDER BY created_at DESC, id DESC LIMIT ${LOOKED_AT}) AS m
        WHERE m.deleted_at IS NULL AND ($2::timestamptz IS NULL OR m.updated_at < $2)
        ORDER BY m.created_at DESC, m.id DESC LIMIT ${SEEDS}`,
      values: [namespace, firstSampleAt ?? null],
    });
    const raws = rows.map(({ raw }) => raw).reverse();
    return raws.length === 0 ? NO_SAMPLES : scaleOf(raws).state;
  }
}

/** Undefined when nothing was counted yet. */
function toState({ count, min, max, recent, quantiles }: StateRow): ImportanceState | undefined {
  if (count === null || count === 0) return undefined;
  return { count, min, max, recent, quantiles: toQuantiles(quantiles) };
}

function updateStatement(namespace: Namespace, { count, min, max, recent, quantiles }: ImportanceState): Statement {
  return {
    text: `UPDATE importance_states SET count = $2, min = $3, max = $4, recent = $5, quantiles = $6 WHERE namespace = $1`,
    values: [namespace, count, min, max, recent, quantiles],
  };
}
