import type {
  ImportedContent,
  ImportedMemory,
  JsonObject,
  Namespace,
  Occupant,
  Placement,
  Validity,
} from '@sfm/memory';
import { voidAfter } from '../changes/void-after.js';
import type { Statement } from '../connection/postgres-database.js';
import { encodeEmbedding } from '../rows/embedding-codec.js';
import { epochMs } from '../rows/epoch-ms.js';
import { isLive } from '../rows/live-memory.js';
import { toPayloadColumns } from '../rows/payload-columns.js';
import { toValidityColumn, validityOf } from '../rows/validity-column.js';
import { groupingKey } from '../writing/grouping-key.js';
import { storableTime } from '../writing/storable-time.js';
import { saidValidity } from './effective-validity.js';
import { memoryAt } from './memory-at.js';

const LIVING = `SELECT o.validity FROM ${memoryAt('$1', 'other.key')} AS o WHERE ${isLive('o')}`;

/**
 * What is at the coordinates, locked in key order. A coordinate of which only the ledger knows has no row, and its versions
 * are taken nevertheless.
 */
const OCCUPANTS = `
WITH locked AS MATERIALIZED (
  SELECT m.coordinate_key AS key, m.id, m.version, m.created_version, m.content_hash, m.created_at, m.updated_at, m.expires_at,
    m.validity, ${isLive('m')} AS is_live
  FROM memories m WHERE m.namespace = $1 AND m.coordinate_key = ANY ($2::text[])
  ORDER BY m.coordinate_key FOR UPDATE OF m
)
SELECT asked.key, l.version AS row_version, l.id::float8 AS id, coalesce(l.created_version, told.version) AS created_version,
  coalesce(l.version, told.version) AS version, coalesce(l.is_live, false) AS is_live, encode(l.content_hash, 'hex') AS content_hash,
  ${epochMs('l.created_at')} AS created_at_ms, ${epochMs('l.updated_at')} AS updated_at_ms, ${epochMs('l.expires_at')} AS expires_at_ms,
  ${saidValidity('l.validity', 'l.key', LIVING)} AS validity
FROM unnest($2::text[]) AS asked (key)
LEFT JOIN locked l ON l.key = asked.key
LEFT JOIN LATERAL (SELECT e.version FROM memory_events e
  WHERE l.key IS NULL AND e.namespace = $1 AND e.coordinate_key = asked.key AND e.version IS NOT NULL
  ORDER BY e.version DESC LIMIT 1) AS told ON true
WHERE l.key IS NOT NULL OR told.version IS NOT NULL`;

export interface OccupantRow {
  readonly key: string;
  /** Null when `memories` has no row. */
  readonly row_version: number | null;
  readonly id: number | null;
  readonly version: number;
  readonly created_version: number;
  readonly is_live: boolean;
  readonly content_hash: string | null;
  readonly created_at_ms: number | null;
  readonly updated_at_ms: number | null;
  readonly expires_at_ms: number | null;
  readonly validity: JsonObject | null;
}

export function occupantsStatement(namespace: Namespace, keys: readonly string[]): Statement {
  return { name: 'sfm_import_occupants', text: OCCUPANTS, values: [namespace, keys] };
}

export function toOccupant(row: OccupantRow): Occupant {
  return {
    version: row.version,
    createdVersion: row.created_version,
    isLive: row.is_live,
    contentHash: row.content_hash,
    expiresAtMs: row.expires_at_ms,
    ...validityOf(row.validity),
  };
}

/** Creation ids, in ascending order. */
export function idsStatement(count: number): Statement {
  return {
    name: 'sfm_import_ids',
    text: `SELECT nextval('memories_id_seq')::float8 AS id FROM generate_series(1, $1::int)`,
    values: [count],
  };
}

/**
 * One statement for a batch: the ledger rows of all versions, the newest of each in `memories`, and its outbox row. A
 * coordinate that somebody has written meanwhile, $4, is not returned: then all of it is to be undone. Void after $5.
 */
const IMPORT = `
WITH arrived AS MATERIALIZED (
  SELECT a.*, string_to_array(a.key, ',')::double precision[] AS coordinate, decode(a.hash, 'hex') AS content_hash
  FROM unnest($2::text[], $3::int[], $4::int[], $6::boolean[], $7::uuid[], $8::text[], $9::int[], $10::text[], $11::jsonb[], $12::text[],
    $13::text[], $14::text[], $15::float8[], $16::float8[], $17::text[], $18::timestamptz[], $19::bigint[],
    $20::timestamptz[], $21::timestamptz[], $22::bytea[], $23::text[], $24::jsonb[]) WITH ORDINALITY
    AS a (key, version, row_version, is_newest, id, type, created_version, memory_type, payload, payload_text, searched_text,
      session, importance, importance_norm, hash, expires_at, memory_id, created_at, updated_at, embedding,
      embedding_space, validity, position)
), known AS (
  INSERT INTO namespaces (name) SELECT $1 WHERE EXISTS (SELECT FROM arrived) ON CONFLICT DO NOTHING
), written AS (
  INSERT INTO memories AS m (namespace, coordinate_key, id, coordinate, version, created_version, type, payload, payload_text,
    payload_text_version, searched_text, session, importance, importance_norm, content_hash, created_at, updated_at, expires_at,
    embedding, embedding_space, validity, pending_since)
  SELECT $1, key, memory_id, coordinate, version, created_version, memory_type, payload, payload_text,
    CASE WHEN payload_text IS NOT NULL THEN version END, searched_text, session, importance, importance_norm, content_hash,
    created_at, updated_at, expires_at, embedding, embedding_space, validity, clock_timestamp()
  FROM arrived WHERE is_newest
  ORDER BY key COLLATE "C"
  ON CONFLICT (namespace, coordinate_key) DO UPDATE SET
    version = excluded.version, created_version = excluded.created_version, type = excluded.type, payload = excluded.payload,
    payload_text = excluded.payload_text, payload_text_version = excluded.payload_text_version,
    searched_text = excluded.searched_text, session = excluded.session, importance = excluded.importance,
    importance_norm = excluded.importance_norm, content_hash = excluded.content_hash, created_at = excluded.created_at,
    updated_at = excluded.updated_at, expires_at = excluded.expires_at, deleted_at = NULL,
    pending_since = excluded.pending_since,
    validity = CASE WHEN m.created_version = excluded.created_version THEN soma_validity(excluded.validity, m.validity)
      ELSE excluded.validity END,
    access_count = CASE WHEN m.created_version = excluded.created_version THEN m.access_count ELSE 0 END,
    last_accessed_at = CASE WHEN m.created_version = excluded.created_version THEN m.last_accessed_at END,
    embedding = CASE WHEN excluded.embedding IS NOT NULL THEN excluded.embedding
      WHEN m.searched_text = excluded.searched_text THEN m.embedding END,
    embedding_space = CASE WHEN excluded.embedding IS NOT NULL THEN excluded.embedding_space
      WHEN m.searched_text = excluded.searched_text THEN m.embedding_space END
  WHERE m.version = (SELECT a.row_version FROM arrived a WHERE a.is_newest AND a.key = excluded.coordinate_key)
  RETURNING m.coordinate_key AS key, m.validity, ${voidAfter('$5')} AS in_time
), ledger AS (
  INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, payload_text, payload_form, announced,
    coordinate_key, coordinate, memory_type, version, importance, content_hash, memory_id, created_version, created_at,
    updated_at, importance_norm, expires_at, validity)
  SELECT a.id, a.id, $1, a.type, extract(epoch FROM a.updated_at)::double precision, coalesce(a.payload, '{}'), a.payload_text,
    'sent', false, a.key, a.coordinate, a.memory_type, a.version, a.importance, a.content_hash, a.memory_id, a.created_version,
    a.created_at, a.updated_at, a.importance_norm, a.expires_at, CASE WHEN a.is_newest THEN w.validity ELSE a.validity END
  FROM arrived a JOIN written w ON w.key = a.key AND w.in_time
  ORDER BY a.position
  RETURNING id, coordinate_key, version
), queued AS (
  INSERT INTO outbox (event_id, namespace, coordinate_key, version)
  SELECT l.id, $1, l.coordinate_key, l.version FROM ledger l JOIN arrived a ON a.id = l.id AND a.is_newest
  ORDER BY a.position
  RETURNING event_id
)
SELECT key FROM written`;

/** A memory with where it goes. */
export interface PlacedImport {
  readonly memory: ImportedMemory;
  readonly placement: Extract<Placement, { readonly kind: 'imported' | 'replaced' }>;
  /** What is there, if anything was. */
  readonly row: OccupantRow | undefined;
  /** Creation id, if nothing was. */
  readonly newId: number;
}

/** A row of the ledger to write. */
interface Entry {
  readonly eventId: string;
  readonly key: string;
  readonly version: number;
  readonly createdVersion: number;
  readonly rowVersion: number;
  readonly isNewest: boolean;
  readonly type: string;
  readonly content: ImportedContent | null;
  readonly id: number;
  readonly createdAt: Date;
  readonly at: Date;
  readonly embedding: Buffer | null;
  readonly space: string | null;
  readonly validity: Validity | undefined;
}

export function importStatement(namespace: Namespace, placed: readonly PlacedImport[], deadlineMs: number): Statement {
  const entries = placed.flatMap(entriesOf);
  const payloads = entries.map(({ content }) => (content ? toPayloadColumns(content) : undefined));
  const column = <T>(read: (entry: Entry) => T) => entries.map(read);
  const content = <T>(read: (content: ImportedContent) => T) =>
    entries.map((entry) => (entry.content ? read(entry.content) : null));
  return {
    text: IMPORT,
    values: [
      namespace,
      column(({ key }) => key),
      column(({ version }) => version),
      column(({ rowVersion }) => rowVersion),
      deadlineMs,
      column(({ isNewest }) => isNewest),
      column(({ eventId }) => eventId),
      column(({ type }) => type),
      column(({ createdVersion }) => createdVersion),
      content(({ type }) => type),
      payloads.map((payload) => payload?.json ?? null),
      payloads.map((payload) => payload?.text ?? null),
      content(({ searchedText }) => searchedText),
      content(({ session }) => groupingKey(session)),
      content(({ importance }) => importance),
      content(({ importanceNorm }) => importanceNorm),
      content(({ contentHash }) => contentHash),
      content(({ expiresAt }) => (expiresAt === null ? null : storableTime(expiresAt))),
      column(({ id }) => id),
      column(({ createdAt }) => storableTime(createdAt)),
      column(({ at }) => storableTime(at)),
      column(({ embedding }) => embedding),
      column(({ space }) => space),
      column(({ validity }) => toValidityColumn(validity)),
    ],
  };
}

function entriesOf({ memory, placement, row, newId }: PlacedImport): readonly Entry[] {
  const isReplaced = placement.kind === 'replaced';
  const versions = isReplaced ? [] : memory.versions;
  const version = isReplaced ? placement.version : memory.version + placement.shift;
  const firstVersion = (versions[0]?.version ?? memory.version) + (isReplaced ? 0 : placement.shift);
  const lastMs = row?.updated_at_ms ?? 0;
  const shared = {
    key: memory.key,
    createdVersion: isReplaced ? placement.createdVersion : firstVersion,
    rowVersion: row?.row_version ?? 0,
    id: row?.id ?? newId,
    // A life that goes on keeps its beginning.
    createdAt: isReplaced ? new Date(row?.created_at_ms ?? 0) : memory.createdAt,
  };
  const earlier = versions.map((one) => ({
    ...shared,
    eventId: one.eventId,
    version: one.version + (isReplaced ? 0 : placement.shift),
    isNewest: false,
    type: one.change,
    content: one.content,
    at: one.at,
    embedding: null,
    space: null,
    validity: one.content?.validity,
  }));
  const newest = {
    ...shared,
    eventId: memory.eventId,
    version,
    isNewest: true,
    type: version === shared.createdVersion ? 'created' : 'updated',
    content: memory,
    at: isReplaced ? new Date(Math.max(lastMs, memory.updatedAt.getTime())) : memory.updatedAt,
    embedding: memory.vector ? encodeEmbedding(memory.vector.values) : null,
    space: memory.vector?.space ?? null,
    validity: isReplaced ? withoutNewer(memory.validity) : memory.validity,
  };
  return [...earlier, newest];
}

/** Who supersedes what is replaced is said by those who live there. */
function withoutNewer(validity: Validity | undefined): Validity | undefined {
  if (!validity) return undefined;
  const { fromMs, toMs, supersedes } = validity;
  const isNothing = fromMs === null && toMs === null && supersedes.length === 0;
  return isNothing ? undefined : { fromMs, toMs, supersedes, supersededBy: {}, supersededAtMs: null };
}
