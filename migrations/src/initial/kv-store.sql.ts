/**
 * `kv_store(key, value)`: what operators of the Python service look at. The key is
 * `<namespace>:<repr of the coordinate as a Python tuple of floats>:data`, the value the payload with `memory_type`,
 * `coordinate`, `importance_norm` and, for episodic memories, `timestamp` (epoch seconds, the caller's own wins).
 *
 * A coordinate key holds the shortest decimal of each number that reads back as the same double, as Python prints it;
 * only the layout differs: Python takes exponents of at least two digits below 1e-4 and from 1e16 on (keys: below 1e-6
 * and from 1e21 on), and gives whole numbers a `.0`. PostgreSQL's own output is no source: for a few large doubles,
 * 1e23 among them, it prints more digits than needed.
 */
export const KV_STORE_UP = [
  `CREATE FUNCTION soma_python_float(number text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
      SELECT CASE
        WHEN strpos(number, 'e') > 0 THEN regexp_replace(number, 'e([-+])(\\d)$', 'e\\10\\2')
        WHEN whole = '0' AND fraction LIKE '0000%' THEN
          sign || mantissa || 'e-' || lpad((length(fraction) - length(ltrim(fraction, '0')) + 1)::text, 2, '0')
        WHEN length(whole) > 16 THEN sign || mantissa || 'e+' || (length(whole) - 1)
        WHEN fraction = '' THEN number || '.0'
        ELSE number
      END
      FROM (
        SELECT sign, whole, fraction,
          left(digits, 1) || CASE WHEN length(digits) > 1 THEN '.' || substr(digits, 2) ELSE '' END AS mantissa
        FROM (
          SELECT CASE WHEN number LIKE '-%' THEN '-' ELSE '' END AS sign,
            split_part(ltrim(number, '-'), '.', 1) AS whole,
            split_part(number, '.', 2) AS fraction,
            trim(BOTH '0' FROM translate(number, '-.', '')) AS digits
        ) AS parts
      ) AS laid_out;
    END`,
  `CREATE FUNCTION soma_python_tuple(coordinate_key text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
      SELECT '(' || string_agg(soma_python_float(part.number), ', ' ORDER BY part.position)
        || CASE WHEN count(*) = 1 THEN ',)' ELSE ')' END
      FROM unnest(string_to_array(coordinate_key, ',')) WITH ORDINALITY AS part (number, position);
    END`,
  `CREATE VIEW kv_store (key, value) AS
    SELECT
      namespace || ':' || soma_python_tuple(coordinate_key) || ':data',
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
  'DROP FUNCTION soma_python_tuple(text)',
  'DROP FUNCTION soma_python_float(text)',
];
