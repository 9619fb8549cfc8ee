/**
 * $1 source, $2 target. One statement, so that a sample is carried either as one that waits or as counted.
 */
export const CARRY_IMPORTANCES = `
WITH wanted AS MATERIALIZED (
  SELECT $2::text AS namespace
  WHERE NOT EXISTS (SELECT FROM importance_states WHERE namespace = $2)
    AND NOT EXISTS (SELECT FROM importance_samples WHERE namespace = $2)
), states AS (
  INSERT INTO importance_states (namespace, count, min, max, recent, quantiles)
  SELECT w.namespace, s.count, s.min, s.max, s.recent, s.quantiles
  FROM wanted w JOIN importance_states s ON s.namespace = $1
  ON CONFLICT DO NOTHING
), scales AS (
  INSERT INTO importance_scales (namespace, since, min, max, quantiles)
  SELECT w.namespace, s.since, s.min, s.max, s.quantiles
  FROM wanted w JOIN importance_scales s ON s.namespace = $1
  ON CONFLICT DO NOTHING
)
INSERT INTO importance_samples (namespace, raws, written_at)
SELECT w.namespace, s.raws, s.written_at FROM wanted w JOIN importance_samples s ON s.namespace = $1 ORDER BY s.id`;
