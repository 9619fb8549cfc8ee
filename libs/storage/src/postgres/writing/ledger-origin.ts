import { storableTime } from './storable-time.js';

/** Additional data of a command that another producer published on the bus. */
export interface Announcement {
  readonly foreignEventId: string;
  readonly occurredAt: Date;
}

/** The columns of `announcementValues`, appended to others. */
export const ANNOUNCEMENT_COLUMNS = ', foreign_event_id, occurred_at';

/** Returns one array per column. */
export function announcementValues(commands: readonly Announcement[]): unknown[] {
  return [
    commands.map(({ foreignEventId }) => foreignEventId),
    commands.map(({ occurredAt }) => storableTime(occurredAt)),
  ];
}

/**
 * The common table expression that copies the rows of `ledger` to the outbox, for events that are not on the bus yet.
 */
export const QUEUE_IN_OUTBOX = `, queued AS (
  INSERT INTO outbox (event_id, namespace, coordinate_key, version)
  SELECT id, namespace, coordinate_key, version FROM ledger
  RETURNING event_id
)`;
