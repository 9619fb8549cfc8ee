import { Outbox, type EventRecord, type OutboxDepth, type OutboxDeadLetter, type PublishOutcome } from '@sfm/memory';
import { ledgerColumns, toEventRecord, type LedgerDbRow } from '../rows/ledger-row.js';
import { OutboxListener } from './outbox-listener.js';
import { OUTBOX_CHANNEL } from './outbox-notifier.js';
import type { PostgresDatabase, RunInTransaction } from '../connection/postgres-database.js';

/** Shortest and longest pause before an event that the bus refused is offered again, seconds. */
const MIN_BACKOFF_SECONDS = 0.25;
const MAX_BACKOFF_SECONDS = 30;

/** Publishing may embed texts with a slow model; ordinary transactions may not be idle for so long. */
const MAX_PUBLISH_MINUTES = 10;

/**
 * Forces reads of the queue along its primary key, from the head. Its statistics usually date from a moment when it was
 * nearly empty, and a plan made for three rows would read a backlog once per row.
 */
const READ_ALONG_THE_KEY = ['seqscan', 'bitmapscan', 'sort'].map((plan) => `set_config('enable_${plan}', 'off', true)`);
const PREPARE_DRAIN = `SELECT set_config('idle_in_transaction_session_timeout', '${MAX_PUBLISH_MINUTES}min', true),
  ${READ_ALONG_THE_KEY.join(', ')}`;

/**
 * Locks up to $1 waiting events, oldest first, skipping those that other relays hold. All events of a coordinate with a
 * paused event are left out (`pausing`), so that they do not use up the batch. Of the others, only events without an
 * older one outside the batch are taken (`ahead`), which keeps the order per coordinate, as in Zehelein's
 * pg-transactional-outbox with its segments.
 *
 * `pausing` is deliberately a set to look up: as NOT EXISTS it may become a join over the whole backlog. Times are compared
 * at the column's precision: it rounds, so a row may say that it is available half a millisecond after it was written.
 */
const TAKE = `
WITH pausing AS MATERIALIZED (
  SELECT namespace, coordinate_key FROM outbox
  WHERE attempts > 0 AND parked_at IS NULL AND available_at > now()::timestamptz(3)
), locked AS MATERIALIZED (
  SELECT o.id, o.event_id, o.namespace, o.coordinate_key, o.version, o.traceparent
  FROM outbox o
  WHERE o.parked_at IS NULL AND o.available_at <= now()::timestamptz(3)
    AND (o.namespace, o.coordinate_key) NOT IN (SELECT namespace, coordinate_key FROM pausing)
  ORDER BY o.id
  LIMIT $1
  FOR UPDATE OF o SKIP LOCKED
), ahead AS MATERIALIZED (
  SELECT namespace, coordinate_key, id FROM outbox
  WHERE id < (SELECT max(id) FROM locked) AND parked_at IS NULL AND id NOT IN (SELECT id FROM locked)
)
SELECT l.id AS outbox_id, l.traceparent, ${ledgerColumns('e')}
FROM locked l
LEFT JOIN memory_events e ON e.id = l.event_id
WHERE NOT EXISTS (SELECT FROM ahead a
  WHERE a.namespace = l.namespace AND a.coordinate_key = l.coordinate_key AND a.id < l.id)
ORDER BY l.id`;

/** Locked in the order of their ids, so that two people who settle the same ones cannot block each other. */
const CHOSEN = `WITH chosen AS MATERIALIZED (
  SELECT o.id, e.event_id FROM outbox o JOIN memory_events e ON e.id = o.event_id
  WHERE o.parked_at IS NOT NULL AND ($1::text[] IS NULL OR e.event_id::text = ANY($1::text[]))
  ORDER BY o.id LIMIT $2::bigint
  FOR UPDATE OF o
)`;
const REDRIVE = `${CHOSEN}
UPDATE outbox o SET parked_at = NULL, available_at = now(), attempts = 0, last_error = NULL
FROM chosen c WHERE o.id = c.id RETURNING c.event_id`;
const DISMISS = `${CHOSEN}
DELETE FROM outbox o USING chosen c WHERE o.id = c.id RETURNING c.event_id`;

/** Number of events up to which the depth is exact. */
const COUNTED = 100_000;

/**
 * The outbox is a queue in the order of its key, so its head holds the oldest events. Of a longer one the depth is the
 * number of keys from there to its end: relays remove what is at the head, so few of those between are gone.
 */
const DEPTH = `
WITH head AS MATERIALIZED (SELECT id, created_at, parked_at FROM outbox ORDER BY id LIMIT ${COUNTED}),
seen AS (
  SELECT count(*) AS rows, count(*) FILTER (WHERE parked_at IS NULL) AS waiting, max(id) AS last_id,
    min(created_at) FILTER (WHERE parked_at IS NULL) AS oldest
  FROM head
)
SELECT (seen.waiting + CASE WHEN seen.rows < ${COUNTED} THEN 0
    ELSE (SELECT id FROM outbox ORDER BY id DESC LIMIT 1) - seen.last_id END)::float8 AS waiting,
  (SELECT count(*) FROM (SELECT FROM outbox WHERE parked_at IS NOT NULL LIMIT ${COUNTED}) AS parked)::float8 AS "deadLetters",
  coalesce(greatest(0, extract(epoch FROM clock_timestamp() - seen.oldest)), 0)::float8 AS age
FROM seen`;

interface EventRow extends Omit<LedgerDbRow, 'id'> {
  readonly traceparent: string | null;
  /** Null, like the rest of the event, when the ledger row was erased before it was published. */
  readonly id: string | null;
}

interface TakenRow extends EventRow {
  readonly outbox_id: string;
}

interface DeadLetterRow extends EventRow {
  readonly attempts: number;
  readonly parked_at: Date;
  readonly last_error: string | null;
}

/** The outbox table. When a relay dies or its publishing throws, the rows stay unchanged. */
export class PostgresOutbox extends Outbox {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  drain(limit: number, publish: (records: readonly EventRecord[]) => Promise<PublishOutcome>): Promise<number> {
    return this.database.transaction(async (run) => {
      await run({ text: PREPARE_DRAIN });
      const taken = distinctEvents(await run<TakenRow>({ text: TAKE, values: [limit] }));
      const events = taken.filter(({ id }) => id !== null);
      const outcome = events.length === 0 ? { published: [] } : await publish(events.map(toRecord));
      return settle(run, taken, outcome);
    });
  }

  async listen(wake: () => void): Promise<() => Promise<void>> {
    const listener = new OutboxListener(() => this.database.dedicatedClient(), wake);
    await listener.start();
    return () => listener.stop();
  }

  async depth(): Promise<OutboxDepth> {
    const [row] = await this.database.query<{ waiting: number; deadLetters: number; age: number }>({
      name: 'sfm_outbox_depth',
      text: DEPTH,
    });
    return { waiting: row?.waiting ?? 0, deadLetters: row?.deadLetters ?? 0, oldestAgeSeconds: row?.age ?? 0 };
  }

  async holdsMoreThan(events: number): Promise<boolean> {
    const rows = await this.database.query({
      name: 'sfm_outbox_holds_more',
      text: 'SELECT FROM outbox WHERE parked_at IS NULL ORDER BY id OFFSET $1::bigint LIMIT 1',
      values: [events],
    });
    return rows.length > 0;
  }

  async deadLetters(limit: number): Promise<readonly OutboxDeadLetter[]> {
    const rows = await this.database.query<DeadLetterRow>({
      text: `SELECT o.traceparent, o.attempts, o.parked_at, o.last_error, ${ledgerColumns('e')}
        FROM outbox o JOIN memory_events e ON e.id = o.event_id
        WHERE o.parked_at IS NOT NULL
        ORDER BY o.parked_at DESC, o.id DESC LIMIT $1`,
      values: [limit],
    });
    return rows
      .map((row) => ({
        record: toRecord(row),
        reason: row.last_error ?? '',
        attempts: row.attempts,
        deadLetteredAt: row.parked_at,
      }))
      .reverse();
  }

  async redrive(eventIds: readonly string[] | 'all', limit?: number): Promise<readonly string[]> {
    const redriven = await this.settleDeadLetters(REDRIVE, eventIds, limit);
    if (redriven.length > 0) await this.database.query({ text: "SELECT pg_notify($1, '')", values: [OUTBOX_CHANNEL] });
    return redriven;
  }

  dismiss(eventIds: readonly string[] | 'all', limit?: number): Promise<readonly string[]> {
    return this.settleDeadLetters(DISMISS, eventIds, limit);
  }

  private async settleDeadLetters(
    text: string,
    eventIds: readonly string[] | 'all',
    limit?: number,
  ): Promise<readonly string[]> {
    const rows = await this.database.query<{ event_id: string }>({
      text,
      values: [eventIds === 'all' ? null : eventIds, limit ?? null],
    });
    return rows.map(({ event_id }) => event_id);
  }
}

/**
 * Removes published (or no longer existing) events, dead-letters those that can never be published, and puts the rest
 * back with a pause.
 */
async function settle(run: RunInTransaction, taken: readonly TakenRow[], outcome: PublishOutcome): Promise<number> {
  const published = new Set(outcome.published);
  const poisoned = new Map((outcome.poisoned ?? []).map(({ eventId, reason }) => [eventId, reason]));
  const isDone = (row: TakenRow) => row.id === null || published.has(row.event_id);
  const done = taken.filter(isDone);
  const deadLetters = taken.filter((row) => !isDone(row) && poisoned.has(row.event_id));
  const failed = taken.filter((row) => !isDone(row) && !poisoned.has(row.event_id));
  if (done.length > 0) {
    await run({
      name: 'sfm_outbox_done',
      text: 'DELETE FROM outbox WHERE id = ANY($1::bigint[])',
      values: [idsOf(done)],
    });
  }
  if (deadLetters.length > 0) {
    await run({
      text: `UPDATE outbox o SET parked_at = now(), attempts = o.attempts + 1, last_error = p.reason
        FROM unnest($1::bigint[], $2::text[]) AS p (id, reason) WHERE o.id = p.id`,
      values: [idsOf(deadLetters), deadLetters.map(({ event_id }) => poisoned.get(event_id) ?? null)],
    });
  }
  if (failed.length > 0) {
    await run({
      text: `UPDATE outbox SET attempts = attempts + 1, last_error = 'the event bus did not take it',
          available_at = now() + least($2::float8 * 2 ^ least(attempts, 30), $3::float8) * interval '1 second'
        WHERE id = ANY($1::bigint[])`,
      values: [idsOf(failed), MIN_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS],
    });
  }
  return done.length;
}

/**
 * Returns the rows up to the first whose event id repeats an earlier one: the outcomes of the two could not be told
 * apart. Other producers choose their event ids freely.
 */
function distinctEvents(taken: readonly TakenRow[]): readonly TakenRow[] {
  const names = new Set<string>();
  const end = taken.findIndex(({ id, event_id }) => id !== null && names.size === names.add(event_id).size);
  return end === -1 ? taken : taken.slice(0, end);
}

function idsOf(rows: readonly TakenRow[]): string[] {
  return rows.map(({ outbox_id }) => outbox_id);
}

function toRecord({ id, traceparent, ...row }: EventRow): EventRecord {
  const record = toEventRecord({ ...row, id: id ?? row.event_id });
  return traceparent === null ? record : { ...record, traceparent };
}
