import type { DeleteCommand } from '@sfm/memory';
import type { Statement } from './postgres-database.js';

export interface DeletedRow {
  readonly event_id: string;
  /** False when the memory had expired: its content goes too, but nothing lived there. */
  readonly live: boolean;
}

/**
 * Turns rows into tombstones, in one statement: content, text and embedding are wiped, the version grows by one,
 * and each gets a ledger row and an outbox row of type `deleted`. Rows are locked in key order.
 */
const DELETE = `
WITH arrived AS MATERIALIZED (
  SELECT namespace, key, event_id, position
  FROM unnest($1::text[], $2::text[], $3::uuid[]) WITH ORDINALITY AS a (namespace, key, event_id, position)
), target AS MATERIALIZED (
  SELECT m.namespace, m.coordinate_key, a.event_id, a.position, (m.expires_at IS NULL OR m.expires_at > now()) AS live
  FROM arrived a
  JOIN memories m ON m.namespace = a.namespace AND m.coordinate_key = a.key
  WHERE m.deleted_at IS NULL
  ORDER BY m.namespace, m.coordinate_key
  FOR UPDATE OF m
), gone AS (
  UPDATE memories m SET
    version = m.version + 1,
    payload = NULL,
    searched_text = '',
    session = NULL,
    importance = NULL,
    importance_norm = 0,
    content_hash = NULL,
    embedding = NULL,
    embedding_space = NULL,
    expires_at = NULL,
    access_count = 0,
    last_accessed_at = NULL,
    updated_at = greatest(m.updated_at, now()),
    deleted_at = greatest(m.updated_at, now())
  FROM target t
  WHERE m.namespace = t.namespace AND m.coordinate_key = t.coordinate_key
  RETURNING t.event_id, t.position, t.live, m.namespace, m.coordinate_key, m.coordinate, m.type, m.version, m.updated_at
), ledger AS (
  INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, coordinate_key, coordinate,
    memory_type, version)
  SELECT event_id, event_id, namespace, 'deleted', extract(epoch FROM updated_at)::double precision,
    jsonb_build_object('memory_type', type, 'coordinate', coordinate), coordinate_key, coordinate, type, version
  FROM gone
  ORDER BY position
  RETURNING id, namespace, coordinate_key, version
), queued AS (
  INSERT INTO outbox (event_id, namespace, coordinate_key, version)
  SELECT id, namespace, coordinate_key, version FROM ledger
  RETURNING event_id
)
SELECT event_id, live FROM gone`;

/** The statement that deletes what lives at the coordinates; each coordinate at most once. */
export function deleteStatement(commands: readonly DeleteCommand[]): Statement {
  return {
    name: 'sfm_delete',
    text: DELETE,
    values: [
      commands.map(({ namespace }) => namespace),
      commands.map(({ key }) => key),
      commands.map(({ eventId }) => eventId),
    ],
  };
}
