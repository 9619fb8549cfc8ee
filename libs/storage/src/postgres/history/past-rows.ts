import { WRITTEN_AT } from './written-at.js';

/**
 * Returns SQL of a table with the columns of `memories`, as they were known at a moment: of each given row, the newest
 * ledger row of its present life that was written until then, if the memory was live then. The versions since are passed
 * over one by one, along the version index of the ledger.
 *
 * @param live SQL of a table with rows of `memories` that live now
 * @param at SQL of the moment
 */
export function pastRows(live: string, at: string): string {
  return `(SELECT l.id, l.namespace, l.coordinate_key, l.coordinate, v.memory_type AS type, v.payload, v.payload_text,
      CASE WHEN v.payload_text IS NOT NULL THEN v.version END AS payload_text_version, v.importance,
      coalesce(v.importance_norm, 0) AS importance_norm, v.version, v.content_hash, l.created_at, v.written_at AS updated_at,
      NULL::timestamptz AS last_accessed_at, 0 AS access_count, v.expires_at, v.validity
    FROM ${live} AS l
    CROSS JOIN LATERAL (
      SELECT e.*, ${WRITTEN_AT} AS written_at FROM memory_events e
      WHERE e.namespace = l.namespace AND e.coordinate_key = l.coordinate_key AND e.version >= l.created_version
        AND ${WRITTEN_AT} <= ${at}
      ORDER BY e.version DESC LIMIT 1
    ) AS v
    WHERE v.type <> 'deleted' AND v.payload_form = 'sent' AND (v.expires_at IS NULL OR v.expires_at > ${at}))`;
}
