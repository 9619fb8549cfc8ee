/** How a statement finds what lives at the coordinate `other.key`: a subquery of its `validity`, no row where nothing does. */
export type Living = string;

/**
 * SQL for the validity of a memory as far as it has effect. It may name as superseded a coordinate where another memory has
 * begun to live, which it does not supersede; and one that is over, and not removed yet, supersedes it still. Neither is so
 * where the memories are imported.
 *
 * @param validity an expression of `jsonb`
 * @param key an expression for the key of the memory
 */
export function effectiveValidity(validity: string, key: string, living: Living): string {
  return `CASE WHEN ${validity} IS NOT NULL THEN nullif(
    (${validity} - 'supersedes' - 'superseded_by' - 'superseded_at') || ${effectiveSupersedes(validity, key, living)}
    || coalesce((SELECT jsonb_build_object('superseded_by', jsonb_object_agg(other.key, other.since),
        'superseded_at', min(other.since::numeric))
      FROM jsonb_each(${validity} -> 'superseded_by') AS other (key, since)
      WHERE EXISTS (SELECT FROM (${living}) AS lives WHERE lives.validity -> 'supersedes' ? ${key})
      HAVING count(*) > 0), '{}'), '{}') END`;
}

/** As `effectiveValidity`, without what others say. */
export function saidValidity(validity: string, key: string, living: Living): string {
  return `CASE WHEN ${validity} IS NOT NULL THEN nullif(
    (${validity} - 'supersedes' - 'superseded_by' - 'superseded_at') || ${effectiveSupersedes(validity, key, living)}, '{}') END`;
}

function effectiveSupersedes(validity: string, key: string, living: Living): string {
  return `coalesce((SELECT jsonb_build_object('supersedes', jsonb_agg(other.key ORDER BY other.nth))
      FROM jsonb_array_elements_text(${validity} -> 'supersedes') WITH ORDINALITY AS other (key, nth)
      WHERE NOT EXISTS (SELECT FROM (${living}) AS lives
        WHERE NOT coalesce(lives.validity -> 'superseded_by' ? ${key}, false))
      HAVING count(*) > 0), '{}')`;
}
