import type { DeleteCommand, DeleteReceipt, RemovalCommand } from '@sfm/memory';
import { ANNOUNCEMENT_COLUMNS, announcementValues, QUEUE_IN_OUTBOX, type Announcement } from './ledger-origin.js';
import { LEDGER_POSITION, toPosition, type PositionColumns } from './ledger-position.js';
import { isUnexpired } from '../rows/live-memory.js';
import { voidAfter } from '../changes/void-after.js';
import type { Statement } from '../connection/postgres-database.js';

export interface DeletedRow extends PositionColumns {
  readonly event_id: string;
  /** False when the memory had expired: its content is wiped too, but no live memory was deleted. */
  readonly live: boolean;
  readonly version: number;
}

/** Returns the receipts of the commands that the rows answer, in the order of the commands. */
export function deleteReceipts(commands: readonly DeleteCommand[], rows: readonly DeletedRow[]): DeleteReceipt[] {
  const byEvent = new Map(rows.map((row) => [row.event_id, row]));
  return commands.flatMap(({ namespace, key, eventId }) => {
    const row = byEvent.get(eventId.toLowerCase());
    return row === undefined ? [] : [{ namespace, key, version: row.version, ...toPosition(row) }];
  });
}

/**
 * Turns rows into tombstones, in one statement: content, text and embedding are wiped, the version grows by one,
 * and each gets a ledger row and an outbox row of type `deleted`. Rows are locked in key order. Nothing is deleted when a
 * row can only be changed after the deadline, $4: see `voidAfter`.
 */
const deleteSql = ({
  eventId,
  announced,
  occurredAt,
  extraArrays,
  extraNames,
  queue,
  misses,
  only,
  wait,
}: DeleteOrigin) => `
WITH arrived AS MATERIALIZED (
  SELECT namespace, key, event_id, position${extraNames}
  FROM unnest($1::text[], $2::text[], $3::uuid[]${extraArrays})
    WITH ORDINALITY AS a (namespace, key, event_id${extraNames}, position)
), target AS MATERIALIZED (
  SELECT m.namespace, m.coordinate_key, a.event_id, a.position${extraNames}, ${isUnexpired('m')} AS live
  FROM arrived a
  JOIN memories m ON m.namespace = a.namespace AND m.coordinate_key = a.key
  WHERE m.deleted_at IS NULL${only ?? ''}
  ORDER BY m.namespace, m.coordinate_key
  FOR UPDATE OF m${wait ?? ''}
), gone AS (
  UPDATE memories m SET
    version = m.version + 1,
    payload = NULL,
    payload_text = NULL,
    payload_text_version = NULL,
    searched_text = '',
    session = NULL,
    importance = NULL,
    importance_norm = 0,
    content_hash = NULL,
    embedding = NULL,
    embedding_space = NULL,
    expires_at = NULL,
    validity = NULL,
    access_count = 0,
    last_accessed_at = NULL,
    updated_at = greatest(m.updated_at, now()),
    deleted_at = greatest(m.updated_at, now())
  FROM target t
  WHERE m.namespace = t.namespace AND m.coordinate_key = t.coordinate_key
  RETURNING t.event_id, t.position${extraNames}, t.live, m.namespace, m.coordinate_key, m.coordinate, m.type, m.version,
    m.id AS memory_id, m.created_version, m.created_at, m.updated_at, ${voidAfter('$4')} AS in_time
), entries (id, event_id, namespace, "timestamp", coordinate_key, coordinate, memory_type, version, memory_id,
  created_version, created_at, updated_at, position) AS (
  SELECT event_id, ${eventId}, namespace, extract(epoch FROM ${occurredAt})::double precision, coordinate_key, coordinate,
    type, version, memory_id, created_version, created_at, updated_at, position
  FROM gone WHERE in_time${misses}
), ledger AS (
  INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, payload_form, announced, coordinate_key,
    coordinate, memory_type, version, memory_id, created_version, created_at, updated_at)
  SELECT id, event_id, namespace, 'deleted', "timestamp", '{}', 'sent', ${announced}, coordinate_key, coordinate, memory_type, version,
    memory_id, created_version, created_at, updated_at
  FROM entries
  ORDER BY position
  RETURNING id, namespace, coordinate_key, version, seq
)${queue}
SELECT event_id, live, version, ${LEDGER_POSITION} FROM gone`;

/** Differences between a deletion of our own and one that another producer published. */
interface DeleteOrigin {
  readonly eventId: string;
  readonly announced: boolean;
  readonly occurredAt: string;
  readonly extraArrays: string;
  readonly extraNames: string;
  readonly queue: string;
  /** SQL that records deletions that found nothing in the ledger. */
  readonly misses: string;
  /** SQL that a row of `memories m` must meet too, from ` AND ` on. @default none */
  readonly only?: string;
  /** What to do with a row that somebody else has locked. @default wait for it */
  readonly wait?: ' SKIP LOCKED';
}

const DELETE = deleteSql({
  eventId: 'event_id',
  announced: false,
  occurredAt: 'updated_at',
  extraArrays: '',
  extraNames: '',
  queue: QUEUE_IN_OUTBOX,
  misses: '',
});

/** As `DELETE`, with the trace context of the request, $5, in the outbox. */
const DELETE_TRACED = deleteSql({
  eventId: 'event_id',
  announced: false,
  occurredAt: 'updated_at',
  extraArrays: '',
  extraNames: '',
  queue: `, queued AS (
  INSERT INTO outbox (event_id, namespace, coordinate_key, version, traceparent)
  SELECT id, namespace, coordinate_key, version, $5::text FROM ledger
  RETURNING event_id
)`,
  misses: '',
});

/**
 * The result of another producer's event is a separate event under the same id. A deletion that found nothing is
 * recorded too, without a version: the event may arrive again, and must not delete what was written meanwhile.
 */
const DELETE_FOREIGN = deleteSql({
  eventId: 'foreign_event_id',
  announced: true,
  occurredAt: 'least(updated_at, occurred_at)',
  extraArrays: ', $5::uuid[], $6::timestamptz[]',
  extraNames: ANNOUNCEMENT_COLUMNS,
  queue: QUEUE_IN_OUTBOX,
  misses: `
  UNION ALL
  SELECT event_id, foreign_event_id, namespace, extract(epoch FROM least(now()::timestamptz(3), occurred_at))::double precision, key,
    string_to_array(key, ',')::double precision[], NULL, NULL, NULL, NULL, NULL, NULL, position
  FROM arrived
  WHERE position NOT IN (SELECT position FROM target)`,
});

/**
 * A deletion by a rule: of the version that it was decided for, as long as the lease is held under the fence, $6. A row that
 * somebody holds is passed over, and one that was changed meanwhile is judged by what it is now.
 */
const DELETE_BY_RULE = deleteSql({
  eventId: 'event_id',
  announced: false,
  occurredAt: 'updated_at',
  extraArrays: ', $5::int[]',
  extraNames: ', judged_version',
  queue: QUEUE_IN_OUTBOX,
  misses: '',
  only: `
    AND m.version = a.judged_version
    AND EXISTS (SELECT FROM lifecycle_lease l WHERE l.fence = $6::bigint AND l.held_until > clock_timestamp())`,
  wait: ' SKIP LOCKED',
});

/** Returns the statement that deletes the judged versions before the deadline; each coordinate at most once. */
export function ruleDeleteStatement(commands: readonly RemovalCommand[], fence: number, deadlineMs: number): Statement {
  const versions = commands.map(({ version }) => version);
  return {
    name: 'sfm_delete_by_rule',
    text: DELETE_BY_RULE,
    values: [...deleteValues(commands, deadlineMs), versions, fence],
  };
}

/** A deletion that another producer published; `eventId` is the id of its ledger row. */
export type ForeignDeleteCommand = DeleteCommand & Announcement;

/** Returns the statement for deletions of other producers; each coordinate at most once. */
export function foreignDeleteStatement(commands: readonly ForeignDeleteCommand[], deadlineMs: number): Statement {
  return { text: DELETE_FOREIGN, values: [...deleteValues(commands, deadlineMs), ...announcementValues(commands)] };
}

/**
 * Returns the statement that deletes the memories at the coordinates before the deadline; each coordinate at most once.
 *
 * @param traceparent the trace context stored with the events
 */
export function deleteStatement(
  commands: readonly DeleteCommand[],
  deadlineMs: number,
  traceparent?: string,
): Statement {
  if (traceparent !== undefined) {
    return {
      name: 'sfm_delete_traced',
      text: DELETE_TRACED,
      values: [...deleteValues(commands, deadlineMs), traceparent],
    };
  }
  return { name: 'sfm_delete', text: DELETE, values: deleteValues(commands, deadlineMs) };
}

function deleteValues(commands: readonly DeleteCommand[], deadlineMs: number): unknown[] {
  return [
    commands.map(({ namespace }) => namespace),
    commands.map(({ key }) => key),
    commands.map(({ eventId }) => eventId),
    deadlineMs,
  ];
}
