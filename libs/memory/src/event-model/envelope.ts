import { validate as isUuid } from 'uuid';
import { InvalidRequestError } from '../model/errors.js';
import { coordinateKey, coordinateOfKey, toCoordinate } from '../model/coordinate.js';
import { readTime, TIME_RULE } from '../model/time.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.js';
import { validityFromJson, validityToJson } from '../model/validity-json.js';
import { eventKind } from './event-kind.js';
import type { LedgerEntry } from './ledger-entry.js';
import { MEMORY_TYPES, type MemoryType } from '../model/memory.js';
import type { EnvelopeDetails, EventRecord } from './memory-event.js';

/** Names under which clients and operators find our metadata of a memory among the fields of its payload. */
export const ENVELOPE_FIELDS = ['coordinate', 'memory_type', 'importance_norm', 'timestamp'] as const;

/** Metadata shown beside the caller's payload. */
export interface Enrichment {
  readonly payload: JsonObject;
  readonly type: MemoryType;
  readonly coordinate: readonly number[];
  readonly importanceNorm: number;
  /** Epoch milliseconds. */
  readonly timeMs: number;
}

/**
 * Returns a payload as clients of the compatible routes, `kv_store` and the event bus see it: the caller's, plus
 * `memory_type`, `coordinate`, `importance_norm` and, for an episodic memory without one of its own, `timestamp` (epoch
 * seconds).
 */
export function enrichedPayload({ payload, type, coordinate, importanceNorm, timeMs }: Enrichment): JsonObject {
  const enriched: JsonObject = {
    ...payload,
    memory_type: type,
    coordinate: [...coordinate],
    importance_norm: importanceNorm,
  };
  if (type === 'episodic' && !Object.hasOwn(payload, 'timestamp')) enriched['timestamp'] = timeMs / 1000;
  return enriched;
}

/**
 * Builds the event-bus form of a ledger entry: the enriched event, and the details needed to recover the entry from it.
 */
export function toEnvelope(entry: LedgerEntry): EventRecord {
  const { id, eventId, namespace, type, occurredAtMs, key, version, importance } = entry;
  return {
    event: {
      event_id: eventId,
      id,
      namespace,
      type,
      timestamp: new Date(occurredAtMs).toISOString(),
      payload: shownPayload(entry),
      ...(importance === null ? {} : { importance }),
    },
    key,
    ...(version === null ? {} : { version }),
    details: {
      own: Object.fromEntries(
        ENVELOPE_FIELDS.flatMap((name) => {
          const value = Object.hasOwn(entry.payload, name) ? entry.payload[name] : undefined;
          return value === undefined ? [] : [[name, value]];
        }),
      ),
      memory_id: entry.memoryId,
      created_version: entry.createdVersion,
      created_at: entry.createdAtMs,
      updated_at: entry.updatedAtMs,
      expires_at: entry.expiresAtMs,
      ...(entry.validity ? { validity: validityToJson(entry.validity) } : {}),
      importance_norm: entry.importanceNorm,
      content_hash: entry.contentHash,
      announced: entry.isAnnounced,
    },
  };
}

function shownPayload({
  type,
  memoryType,
  coordinate,
  payload,
  importanceNorm,
  occurredAtMs,
}: LedgerEntry): JsonObject {
  if (type === 'deleted') {
    return { ...(memoryType === null ? {} : { memory_type: memoryType }), coordinate: [...coordinate] };
  }
  // What links memories is no memory.
  if (eventKind(type) === 'relation') return payload;
  return enrichedPayload({
    payload,
    type: memoryType ?? 'episodic',
    coordinate,
    importanceNorm,
    timeMs: occurredAtMs,
  });
}

/** A memory as described by another producer, or by an earlier version of this service. Nothing in it is checked. */
export interface Announcement {
  readonly kind: 'announcement';
  readonly payload: JsonObject;
  readonly memoryType: JsonValue | undefined;
  readonly coordinate: JsonValue | undefined;
}

/** Contents of an envelope: the whole ledger entry if this service produced it. */
export type EnvelopeContent = { readonly kind: 'entry'; readonly entry: LedgerEntry } | Announcement;

/**
 * Decodes an envelope. From another producer's payload it removes only the fields that describe the memory, because a
 * `timestamp` may be the caller's own.
 *
 * @throws InvalidRequestError when the payload is not an object, or an envelope of ours was tampered with
 */
export function fromEnvelope(record: EventRecord): EnvelopeContent {
  const { payload } = record.event;
  if (!isJsonObject(payload)) throw new InvalidRequestError('payload', 'must be an object');
  if (record.details) return { kind: 'entry', entry: entryOf(record, payload, record.details) };
  const { coordinate, memory_type: memoryType, importance_norm: _norm, ...own } = payload;
  return { kind: 'announcement', payload: own, memoryType, coordinate };
}

function entryOf({ event, key, version }: EventRecord, enriched: JsonObject, details: EnvelopeDetails): LedgerEntry {
  const coordinate = toCoordinate(coordinateOfKey(key), Infinity, 'memory-key');
  if (!isUuid(event.id)) throw new InvalidRequestError('id', 'must be a UUID');
  const occurredAtMs = readTime(event.timestamp);
  if (occurredAtMs === undefined) throw new InvalidRequestError('timestamp', TIME_RULE);
  if (coordinateKey(coordinate) !== key)
    throw new InvalidRequestError('memory-key', `${key} is not in its canonical form`);
  const validity = validityFromJson(details.validity, 'memory-details.validity');
  return {
    id: event.id,
    eventId: event.event_id,
    namespace: event.namespace,
    type: event.type,
    occurredAtMs,
    isAnnounced: details.announced,
    coordinate,
    key,
    version: version ?? null,
    memoryType: MEMORY_TYPES.find((type) => type === enriched['memory_type']) ?? null,
    payload: event.type === 'deleted' ? {} : sentPayload(enriched, details.own),
    importance: event.importance ?? null,
    importanceNorm: details.importance_norm,
    contentHash: details.content_hash,
    expiresAtMs: details.expires_at,
    ...(validity ? { validity } : {}),
    memoryId: details.memory_id,
    createdVersion: details.created_version,
    createdAtMs: details.created_at,
    updatedAtMs: details.updated_at,
  };
}

function sentPayload(enriched: JsonObject, own: JsonObject): JsonObject {
  const names: ReadonlySet<string> = new Set(ENVELOPE_FIELDS);
  return { ...Object.fromEntries(Object.entries(enriched).filter(([name]) => !names.has(name))), ...own };
}

const SHA256 = /^[0-9a-f]{64}$/;
const NUMBERS_OR_NULL = ['memory_id', 'created_version', 'created_at', 'updated_at', 'expires_at'] as const;

/**
 * Reads the details that travel beside an event.
 *
 * @throws InvalidRequestError naming the field that we would not have written this way
 */
export function toEnvelopeDetails(value: unknown): EnvelopeDetails {
  if (!isJsonObject(value)) throw new InvalidRequestError('memory-details', 'must be an object');
  const { own, importance_norm: norm, content_hash: hash, announced } = value;
  const validity = validityFromJson(value['validity'], 'memory-details.validity');
  const numbers = NUMBERS_OR_NULL.map((name) => [name, wholeNumber(name, value[name])] as const);
  if (!isJsonObject(own)) throw new InvalidRequestError('memory-details.own', 'must be an object');
  if (typeof norm !== 'number' || !(norm >= 0 && norm <= 1)) {
    throw new InvalidRequestError('memory-details.importance_norm', 'must be a number from 0 to 1');
  }
  if (hash !== null && !(typeof hash === 'string' && SHA256.test(hash))) {
    throw new InvalidRequestError('memory-details.content_hash', 'must be a SHA-256 in hex, or null');
  }
  const known = Object.fromEntries(numbers) as Record<(typeof NUMBERS_OR_NULL)[number], number | null>;
  return {
    ...known,
    own,
    importance_norm: norm,
    content_hash: hash,
    announced: announced === true,
    ...(validity ? { validity: validityToJson(validity) } : {}),
  };
}

function wholeNumber(name: string, value: JsonValue | undefined): number | null {
  if (value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new InvalidRequestError(`memory-details.${name}`, 'must be a whole number or null');
}
