import type { ImportanceQuantiles, KeptScale, Namespace } from '@sfm/memory';
import type { RunInTransaction } from '../connection/postgres-database.js';

/** Scales of a namespace that are kept, the newest: 12 MB where every write has an importance beyond all before it. */
export const SCALES_KEPT = 100_000;

export interface ScaleRow {
  readonly since: Date;
  readonly min: number;
  readonly max: number;
  readonly quantiles: readonly number[] | null;
}

/** @throws when the row was not written by `keepScales` */
export function toScale({ since, min, max, quantiles }: ScaleRow): KeptScale {
  return { since, min, max, quantiles: toQuantiles(quantiles) };
}

export function toQuantiles(values: readonly number[] | null): ImportanceQuantiles | null {
  return isQuantiles(values) ? values : null;
}

/** What is kept last, and the time now. */
export async function newestScale(
  run: RunInTransaction,
  namespace: Namespace,
): Promise<{ readonly newest: KeptScale | undefined; readonly now: Date }> {
  const [row] = await run<(ScaleRow | { readonly since: null }) & { readonly now: Date }>({
    text: `SELECT clock_timestamp()::timestamptz(3) AS now, newest.* FROM (SELECT) AS always LEFT JOIN LATERAL (
        SELECT since, min, max, quantiles FROM importance_scales WHERE namespace = $1 ORDER BY since DESC LIMIT 1
      ) AS newest ON true`,
    values: [namespace],
  });
  if (!row) throw new Error('a query of the time gave no row');
  return { newest: row.since === null ? undefined : toScale(row), now: row.now };
}

/** Keeps scales, and lets go of the oldest beyond `most`. */
export async function keepScales(
  run: RunInTransaction,
  namespace: Namespace,
  { kept, most }: { readonly kept: readonly KeptScale[]; readonly most: number },
): Promise<void> {
  if (kept.length === 0) return;
  const quantile = (index: 0 | 1 | 2 | 3) => kept.map(({ quantiles }) => quantiles?.[index] ?? null);
  await run({
    text: `INSERT INTO importance_scales (namespace, since, min, max, quantiles)
      SELECT $1, since, min, max, CASE WHEN q10 IS NOT NULL THEN ARRAY[q10, q50, q90, q99] END
      FROM unnest($2::timestamptz[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[])
        AS k (since, min, max, q10, q50, q90, q99)
      ON CONFLICT (namespace, since) DO UPDATE SET min = excluded.min, max = excluded.max, quantiles = excluded.quantiles`,
    values: [
      namespace,
      kept.map(({ since }) => since.toISOString()),
      kept.map(({ min }) => min),
      kept.map(({ max }) => max),
      ...[quantile(0), quantile(1), quantile(2), quantile(3)],
    ],
  });
  await run({
    text: `DELETE FROM importance_scales WHERE namespace = $1 AND since <= (
        SELECT since FROM importance_scales WHERE namespace = $1 ORDER BY since DESC OFFSET $2 LIMIT 1)`,
    values: [namespace, most],
  });
}

function isQuantiles(values: readonly number[] | null): values is ImportanceQuantiles {
  return values?.length === 4;
}
