/**
 * `kv_store(key, value)`: what operators of the Python service look at. The key is
 * `<namespace>:<repr of the coordinate as a Python tuple of floats>:data`, the value the payload with `memory_type`,
 * `coordinate`, `importance_norm` and, for episodic memories, `timestamp` (epoch seconds, the caller's own wins).
 *
 * PostgreSQL and Python both print the shortest decimal that reads back as the same double. They differ in when they
 * take exponents (PostgreSQL from 1e15, Python from 1e16) and in the `.0` that Python gives to whole numbers.
 */
export const KV_STORE_UP = [
  `CREATE FUNCTION soma_python_float(value double precision) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
      SELECT CASE
        WHEN value <> 0 AND (abs(value) >= 1e16 OR abs(value) < 1e-4) THEN value::text
        ELSE (
          SELECT CASE WHEN strpos(plain, '.') > 0 THEN plain ELSE plain || '.0' END
          FROM (
            SELECT CASE WHEN strpos(value::text, 'e') > 0 THEN value::text::numeric::text ELSE value::text END AS plain
          ) AS positional
        )
      END;
    END`,
  `CREATE FUNCTION soma_python_tuple(coordinate double precision[]) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
      SELECT '(' || string_agg(soma_python_float(part.value), ', ' ORDER BY part.position)
        || CASE WHEN count(*) = 1 THEN ',)' ELSE ')' END
      FROM unnest(coordinate) WITH ORDINALITY AS part (value, position);
    END`,
  `CREATE VIEW kv_store (key, value) AS
    SELECT
      namespace || ':' || soma_python_tuple(coordinate) || ':data',
      CASE WHEN type = 'episodic'
        THEN jsonb_build_object('timestamp', extract(epoch FROM updated_at)::double precision)
        ELSE '{}'::jsonb
      END
      || payload
      || jsonb_build_object('memory_type', type, 'coordinate', to_jsonb(coordinate), 'importance_norm', importance_norm)
    FROM memories
    WHERE deleted_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
];

export const KV_STORE_DOWN = [
  'DROP VIEW kv_store',
  'DROP FUNCTION soma_python_tuple(double precision[])',
  'DROP FUNCTION soma_python_float(double precision)',
];
