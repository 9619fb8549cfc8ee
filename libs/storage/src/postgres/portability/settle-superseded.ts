import type { Namespace } from '@sfm/memory';
import { memoryAt } from './memory-at.js';
import { voidAfter } from '../changes/void-after.js';
import type { Statement } from '../connection/postgres-database.js';

/** Most memories that one statement settles. */
export const SETTLED_AT_ONCE = 500;

/**
 * Some of the memories that name as superseding what does not live or does not say so: a version without it, with ledger
 * row and outbox row, as when a memory that superseded others is deleted.
 */
const SETTLE = `
WITH unsettled AS MATERIALIZED (
  SELECT m.coordinate_key AS key, m.version, (
    SELECT jsonb_object_agg(newer.key, newer.since) FROM jsonb_each(m.validity -> 'superseded_by') AS newer (key, since)
    WHERE EXISTS (SELECT FROM ${memoryAt('m.namespace', 'newer.key')} AS o
      WHERE o.deleted_at IS NULL AND o.validity -> 'supersedes' ? m.coordinate_key)
  ) AS kept
  FROM memories m
  WHERE m.namespace = $1 AND m.deleted_at IS NULL AND m.validity ? 'superseded_by'
), wrong AS MATERIALIZED (
  SELECT m.coordinate_key AS key, u.kept FROM unsettled u
  JOIN memories m ON m.namespace = $1 AND m.coordinate_key = u.key AND m.version = u.version
  WHERE u.kept IS DISTINCT FROM m.validity -> 'superseded_by'
  ORDER BY m.coordinate_key COLLATE "C" LIMIT ${SETTLED_AT_ONCE} FOR UPDATE OF m
), settled AS (
  UPDATE memories AS m SET version = m.version + 1, updated_at = greatest(m.updated_at, date_trunc('milliseconds', now())),
    payload_text_version = CASE WHEN m.payload_text_version = m.version THEN m.version + 1 END,
    validity = nullif((m.validity - 'superseded_by' - 'superseded_at') || CASE WHEN w.kept IS NULL THEN '{}' ELSE
      jsonb_build_object('superseded_by', w.kept, 'superseded_at', (SELECT min(e.value::numeric) FROM jsonb_each_text(w.kept) AS e))
      END, '{}')
  FROM wrong w WHERE m.namespace = $1 AND m.coordinate_key = w.key
  RETURNING m.*, gen_random_uuid() AS entry, ${voidAfter('$2')} AS in_time
), ledger AS (
  INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, payload_form, announced, coordinate_key,
    coordinate, memory_type, version, importance, content_hash, memory_id, created_version, created_at, updated_at,
    importance_norm, expires_at, payload_text, validity)
  SELECT s.entry, s.entry, s.namespace, 'updated', extract(epoch FROM s.updated_at)::double precision, s.payload,
    'sent', false, s.coordinate_key, s.coordinate, s.type, s.version, s.importance, s.content_hash,
    s.id, s.created_version, s.created_at, s.updated_at, s.importance_norm, s.expires_at,
    CASE WHEN s.payload_text_version = s.version THEN s.payload_text END, s.validity
  FROM settled s WHERE s.in_time
  RETURNING id, coordinate_key, version
)
INSERT INTO outbox (event_id, namespace, coordinate_key, version)
SELECT l.id, $1, l.coordinate_key, l.version FROM ledger l
RETURNING coordinate_key`;

export function settleStatement(namespace: Namespace, deadlineMs: number): Statement {
  return { text: SETTLE, values: [namespace, deadlineMs] };
}
