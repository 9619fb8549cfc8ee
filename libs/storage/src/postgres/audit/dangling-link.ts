/**
 * A link to, or from, a memory that is not there any more; an expired memory counts as living until it is removed. An end
 * that was a bare coordinate when the link was written has nothing to be missed.
 */
export const IS_DANGLING = `(${['from', 'to']
  .map(
    (end) => `(l.${end}_life IS NOT NULL AND NOT EXISTS (SELECT FROM memories m
    WHERE m.namespace = l.namespace AND m.coordinate_key = l.${end}_key AND m.deleted_at IS NULL
      AND m.created_version = l.${end}_life))`,
  )
  .join(' OR ')})`;
