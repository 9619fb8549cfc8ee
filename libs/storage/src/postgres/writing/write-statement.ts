import { identityOf, type WriteCommand } from '@sfm/memory';
import { leaveSamples } from '../importance/samples-sql.js';
import { epochMs } from '../rows/epoch-ms.js';
import { groupingKey } from './grouping-key.js';
import { ANNOUNCEMENT_COLUMNS, announcementValues, QUEUE_IN_OUTBOX, type Announcement } from './ledger-origin.js';
import { isLive } from '../rows/live-memory.js';
import { SERVER_MS, voidAfter } from '../changes/void-after.js';
import { toPayloadColumns } from '../rows/payload-columns.js';
import { LEDGER_POSITION, type PositionColumns } from './ledger-position.js';
import { toValidityColumn } from '../rows/validity-column.js';
import type { Statement } from '../connection/postgres-database.js';
import { storableTime } from './storable-time.js';
import { WRITE_MOMENT } from './write-moment.js';

const MOMENT = '(SELECT at FROM moment)';
const HELD = `CASE WHEN ${isLive('m')} THEN m.validity END`;

/** Batches up to this size share one prepared plan; larger ones justify a plan made for their size. */
const MAX_PREPARED_BATCH = 128;

export interface WrittenRow extends PositionColumns {
  readonly event_id: string;
  readonly version: number;
  readonly created: boolean;
  readonly memory_id: number;
  readonly created_at_ms: number;
  readonly has_validity: boolean;
  /** The server's clock at the end. */
  readonly server_ms: number;
}

/**
 * One statement, hence one transaction and one round trip, for a whole batch: rows of `memories` are locked and written
 * in key order (two batches cannot deadlock), then one ledger row and one outbox row per command, and the importances as
 * samples.
 *
 * Of several commands for one coordinate, the table gets the last, with the version raised by their number; the k-th
 * gets version `base + k` in ledger and outbox. Creation ids are drawn in command order.
 *
 * A coordinate whose memory was deleted or has expired starts a new life: creation time and access figures restart, the
 * version continues. Whether others supersede the memory stays as it is within a life. An embedding is kept as long as its source text is unchanged.
 *
 * Nothing is written when a row can only be changed after the deadline, $17: see `voidAfter`.
 */
const writeSql = (origin: WriteOrigin) => `
${arrivedSql(origin)}${writtenSql(origin)}${ledgerSql(origin)}${leaveSamples('placed', MOMENT)}${origin.queue}
SELECT event_id, version, version = created_version AS created, memory_id::float8 AS memory_id,
  ${epochMs('created_at')} AS created_at_ms, validity IS NOT NULL AS has_validity, ${SERVER_MS} AS server_ms,
  ${LEDGER_POSITION}
FROM placed`;

/**
 * The commands, one row each. Values that never contain a line break are passed as lines of one text, so that the many
 * quotation marks of JSON need no escaping.
 */
const arrivedSql = ({ extraArrays, extraNames }: WriteOrigin) => `WITH ${WRITE_MOMENT}, arrived AS MATERIALIZED (
  SELECT position, namespace, key, event_id, type, payload::jsonb AS payload, searched_text, session, importance,
    importance_norm, decode(content_hash, 'hex') AS content_hash, expires_at, first, nth, total, payload_text, validity::jsonb AS validity${extraNames},
    string_to_array(key, ',')::double precision[] AS coordinate, nextval('memories_id_seq') AS id
  FROM unnest($1::text[], ${lines('$2')}, ${lines('$3')}::uuid[], $4::text[], ${lines('$5')}, $6::text[], $7::text[],
    $8::double precision[], $9::double precision[], ${lines('$10')}, $11::timestamptz[], $12::int[], $13::int[], $14::int[], $15::text[], $16::text[]${extraArrays})
    WITH ORDINALITY AS a (namespace, key, event_id, type, payload, searched_text, session, importance,
      importance_norm, content_hash, expires_at, first, nth, total, payload_text, validity${extraNames}, position)
), known AS (
  INSERT INTO namespaces (name) SELECT DISTINCT namespace FROM arrived ORDER BY namespace ON CONFLICT DO NOTHING
)`;

/** The last command of each coordinate, written to the table, and the result of every command there. */
const writtenSql = ({ occurredAt, goesOn = isLive('m'), held = HELD, extraNames }: WriteOrigin) => `, written AS (
  INSERT INTO memories AS m (namespace, coordinate_key, id, coordinate, version, created_version, type, payload,
    searched_text, session, importance, importance_norm, content_hash, created_at, updated_at, expires_at,
    payload_text, payload_text_version, validity)
  SELECT namespace, key, CASE WHEN total = 1 THEN id ELSE (SELECT f.id FROM arrived f WHERE f.position = a.first) END,
    coordinate, total, 1, type, payload, searched_text, session, importance, importance_norm, content_hash,
    ${occurredAt(MOMENT)}, ${MOMENT}, expires_at,
    payload_text, CASE WHEN payload_text IS NOT NULL THEN total END, validity
  FROM arrived a
  WHERE nth = total
  ORDER BY namespace COLLATE "C", key COLLATE "C"
  ON CONFLICT (namespace, coordinate_key) DO UPDATE SET
    version = m.version + excluded.version,
    created_version = CASE WHEN ${goesOn}
      THEN m.created_version ELSE m.version + 1 END,
    created_at = CASE WHEN ${goesOn}
      THEN m.created_at ELSE greatest(m.updated_at, excluded.updated_at) END,
    updated_at = greatest(m.updated_at, excluded.updated_at),
    access_count = CASE WHEN ${goesOn}
      THEN m.access_count ELSE 0 END,
    last_accessed_at = CASE WHEN ${goesOn}
      THEN m.last_accessed_at END,
    type = excluded.type,
    payload = excluded.payload,
    payload_text = excluded.payload_text,
    payload_text_version = m.version + excluded.payload_text_version,
    searched_text = excluded.searched_text,
    session = excluded.session,
    importance = excluded.importance,
    importance_norm = excluded.importance_norm,
    content_hash = excluded.content_hash,
    expires_at = excluded.expires_at,
    validity = soma_validity(excluded.validity, ${held}),
    embedding = CASE WHEN m.searched_text = excluded.searched_text THEN m.embedding END,
    embedding_space = CASE WHEN m.searched_text = excluded.searched_text THEN m.embedding_space END,
    deleted_at = NULL
  RETURNING id, namespace, coordinate_key, version, created_version, created_at, updated_at, validity, ${voidAfter('$17')} AS in_time
), placed AS MATERIALIZED (
  SELECT a.position, a.namespace, a.key, a.event_id, a.type, a.payload, a.payload_text, a.importance, a.importance_norm,
    a.content_hash, a.expires_at, a.coordinate, w.version - a.total + a.nth AS version, w.created_version, w.id AS memory_id, w.created_at, w.updated_at,
    soma_validity(a.validity, w.validity) AS validity${extraNames}
  FROM arrived a
  JOIN written w ON w.namespace = a.namespace AND w.coordinate_key = a.key AND w.in_time
)`;

/** Every command, written to the ledger with all the data of its memory. */
const ledgerSql = ({ id, eventId, announced, occurredAt }: WriteOrigin) => `, ledger AS (
  INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, payload_form, announced, coordinate_key,
    coordinate, memory_type, version, importance, content_hash, memory_id, created_version, created_at, updated_at, importance_norm,
    expires_at, payload_text, validity)
  SELECT ${id}, ${eventId}, a.namespace,
    CASE WHEN a.version = a.created_version THEN 'created' ELSE 'updated' END,
    extract(epoch FROM ${occurredAt('a.updated_at')})::double precision,
    a.payload, 'sent', ${announced}, a.key, a.coordinate, a.type, a.version, a.importance, a.content_hash, a.memory_id,
    a.created_version, a.created_at, a.updated_at, a.importance_norm, a.expires_at, a.payload_text, a.validity
  FROM placed a
  ORDER BY a.position
  RETURNING id, namespace, coordinate_key, version, seq
)`;

/** Differences between a write of our own and one that another producer published. */
interface WriteOrigin {
  /** Ledger id and event id of an arrived row. */
  readonly id: string;
  readonly eventId: string;
  readonly announced: boolean;
  /** Returns SQL for the event's time, given the time that our own writes use. */
  readonly occurredAt: (own: string) => string;
  /** SQL on `memories m` for whether the write goes on with the life of what is there. @default as long as it is live */
  readonly goesOn?: string;
  /** SQL on `memories m` for the validity that says who supersedes it. @default what the row says, within its life */
  readonly held?: string;
  /** Further parameters, and their columns. */
  readonly extraArrays: string;
  readonly extraNames: string;
  /** The common table expression that puts events in the outbox. */
  readonly queue: string;
}

const OWN = {
  id: 'a.event_id',
  eventId: 'a.event_id',
  announced: false,
  occurredAt: (own: string) => own,
} as const;

const WRITE = writeSql({ ...OWN, extraArrays: '', extraNames: '', queue: QUEUE_IN_OUTBOX });

/** As `WRITE`, and the life of what was deleted goes on. */
const REVIVE = writeSql({
  ...OWN,
  goesOn: 'true',
  held: 'soma_superseded(m.namespace, m.coordinate_key)',
  extraArrays: '',
  extraNames: '',
  queue: QUEUE_IN_OUTBOX,
});

/** As `WRITE`, with the trace contexts of the commands in the outbox. */
const WRITE_TRACED = writeSql({
  ...OWN,
  extraArrays: ', $18::text[]',
  extraNames: ', traceparent',
  queue: `, queued AS (
  INSERT INTO outbox (event_id, namespace, coordinate_key, version, traceparent)
  SELECT l.id, l.namespace, l.coordinate_key, l.version, a.traceparent
  FROM ledger l
  JOIN arrived a ON a.event_id = l.id
  ORDER BY a.position
  RETURNING event_id
)`,
});

/** The bus already has the other producer's event; its result here is a separate event under the same id. */
const WRITE_FOREIGN = writeSql({
  id: 'a.event_id',
  eventId: 'a.foreign_event_id',
  announced: true,
  occurredAt: (own) => `least(${own}, a.occurred_at)`,
  extraArrays: ', $18::uuid[], $19::timestamptz[]',
  extraNames: ANNOUNCEMENT_COLUMNS,
  queue: QUEUE_IN_OUTBOX,
});

/** A write that another producer published; `eventId` is the id of its ledger row. */
export type ForeignWriteCommand = WriteCommand & Announcement;

/** Returns the statement that writes events of other producers. Fails as a whole when the ledger has one of the ids. */
export function foreignWriteStatement(commands: readonly ForeignWriteCommand[], deadlineMs: number): Statement {
  return { text: WRITE_FOREIGN, values: [...writeValues(commands, deadlineMs), ...announcementValues(commands)] };
}

/** Returns the statement that takes a deletion back: the memory goes on with the creation time that it had. */
export function reviveStatement(command: WriteCommand, deadlineMs: number): Statement {
  return { text: REVIVE, values: writeValues([command], deadlineMs) };
}

/** Returns the statement that writes the commands before the deadline. Its rows come in no particular order. */
export function writeStatement(commands: readonly WriteCommand[], deadlineMs: number): Statement {
  const isTraced = commands.some(({ traceparent }) => traceparent !== undefined);
  const statement = isTraced
    ? {
        name: 'sfm_write_traced',
        text: WRITE_TRACED,
        values: [...writeValues(commands, deadlineMs), commands.map(({ traceparent }) => traceparent ?? null)],
      }
    : { name: 'sfm_write', text: WRITE, values: writeValues(commands, deadlineMs) };
  if (commands.length <= MAX_PREPARED_BATCH) return statement;
  const { text, values } = statement;
  return { text, values };
}

function writeValues(commands: readonly WriteCommand[], deadlineMs: number): unknown[] {
  const { first, nth, total } = occurrences(commands);
  const payloads = commands.map(toPayloadColumns);
  return [
    commands.map(({ namespace }) => namespace),
    toLines(commands.map(({ key }) => key)),
    toLines(commands.map(({ eventId }) => eventId)),
    commands.map(({ type }) => type),
    toLines(payloads.map(({ json }) => json)),
    commands.map(({ searchedText }) => searchedText),
    commands.map(({ session }) => groupingKey(session)),
    commands.map(({ importance }) => importance),
    commands.map(({ importanceNorm }) => importanceNorm),
    toLines(commands.map(({ contentHash }) => contentHash)),
    commands.map(({ expiresAt }) => (expiresAt ? storableTime(expiresAt) : null)),
    first,
    nth,
    total,
    payloads.map(({ text }) => text),
    commands.map(({ validity }) => toValidityColumn(validity)),
    deadlineMs,
  ];
}

/** Returns SQL for a `toLines` parameter as an array of texts. */
function lines(parameter: string): string {
  return `string_to_array(${parameter}::text, E'\\n')`;
}

/** @throws TypeError for a value with a line break: the values after it would be assigned to other coordinates. */
function toLines(values: readonly string[]): string {
  if (values.some((value) => value.includes('\n'))) throw new TypeError('a value of several lines cannot be written');
  return values.join('\n');
}

interface Occurrences {
  /** Position (from 1) of the first command for the same coordinate. */
  readonly first: readonly number[];
  /** 1-based position of this command among those for its coordinate. */
  readonly nth: readonly number[];
  /** Number of commands for the coordinate. */
  readonly total: readonly number[];
}

function occurrences(commands: readonly WriteCommand[]): Occurrences {
  const seen = new Map<string, { readonly first: number; count: number }>();
  const entries = commands.map((command, index) => {
    const identity = identityOf(command);
    const entry = seen.get(identity) ?? { first: index + 1, count: 0 };
    seen.set(identity, entry);
    entry.count += 1;
    return { entry, nth: entry.count };
  });
  return {
    first: entries.map(({ entry }) => entry.first),
    nth: entries.map(({ nth }) => nth),
    total: entries.map(({ entry }) => entry.count),
  };
}
