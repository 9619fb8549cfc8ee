import { contentHash } from '../model/content-hash.js';
import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import { isDerivedCoordinate } from '../model/derived-coordinate.js';
import { isJsonObject, jsonEquals, toDouble, type JsonObject, type JsonValue } from '../model/json.js';
import { stringifyJson } from '../model/json-number.js';
import type { Memory } from '../model/memory.js';
import type { NewMemory } from '../store/store.types.js';

/** What a consolidated memory tells of one of its sources. */
export interface Source {
  readonly key: string;
  readonly coordinate: Coordinate;
  readonly version: number;
  /** The payload's own, or when it was created, epoch seconds. */
  readonly timestamp: JsonValue;
  /** The beginning of its text. */
  readonly quote: string;
  /** True when the text goes on. */
  readonly isCut: boolean;
  readonly importance: number | null;
  readonly expiresAtMs: number | null;
}

/** Fields that a consolidated memory is made of; others, such as `metadata`, are its readers' own. */
const OWN_FIELDS = ['fact', 'consolidated_from', 'source_coord', 'sources', 'timestamp', 'outlives_sources'] as const;

/** Its new content, and the hash that it will have. */
export interface ConsolidatedContent {
  readonly memory: NewMemory;
  readonly contentHash: string;
}

/**
 * Returns the memory that sources become. Its text enumerates the beginnings of theirs; nothing else is said of them. It
 * matters as much as the most important of them, and expires with the first.
 *
 * @param sources oldest first, at least one
 * @param known what is there already: `metadata` and importance are kept
 */
export function consolidatedContent(
  coordinate: Coordinate,
  sources: readonly Source[],
  known: Memory | undefined,
): ConsolidatedContent {
  const metadata = known?.payload['metadata'];
  const payload = { ...ownFields(sources), ...(metadata === undefined ? {} : { metadata }) };
  const importance = known ? known.importance : greatest(sources.flatMap((source) => source.importance ?? []));
  const expiresAtMs = earliestExpiry(sources);
  const memory: NewMemory = {
    coordinate,
    type: 'semantic',
    payload,
    ...(importance === null ? {} : { importance }),
    ...(expiresAtMs === null ? {} : { expiresAt: new Date(expiresAtMs) }),
  };
  return { memory, contentHash: contentHash('semantic', importance, payload) };
}

/** True for a memory that a consolidation made, and nobody has replaced by something else. */
export function isConsolidated({ coordinate, type, payload }: Memory): boolean {
  return (
    isDerivedCoordinate(coordinate) &&
    type === 'semantic' &&
    typeof payload['fact'] === 'string' &&
    Array.isArray(payload['consolidated_from']) &&
    Array.isArray(payload['sources'])
  );
}

/** True when a consolidated memory says what it is to say. */
export function saysTheSame(known: Memory, { memory }: ConsolidatedContent): boolean {
  return (
    OWN_FIELDS.every((field) => jsonEquals(known.payload[field], memory.payload[field])) &&
    (known.expiresAt?.getTime() ?? null) === (memory.expiresAt?.getTime() ?? null)
  );
}

/** The coordinates of the memories that a consolidated one says it is made of. */
export function sourcesOf({ payload }: Pick<Memory, 'payload'>): readonly Coordinate[] {
  const sources = payload['sources'];
  if (!Array.isArray(sources)) return [];
  return sources.flatMap((source) => {
    const coordinate = isJsonObject(source) ? source['coordinate'] : undefined;
    return Array.isArray(coordinate) ? [coordinate.map((value) => toDouble(value) ?? NaN)] : [];
  });
}

export function keysOfSources(whole: Pick<Memory, 'payload'>): readonly string[] {
  return sourcesOf(whole).map(coordinateKey);
}

/** Returns the memory as it is, with a note that all that it is made of is gone. */
export function outlivingContent({ coordinate, payload: known, importance, expiresAt }: Memory): ConsolidatedContent {
  const payload = { ...known, outlives_sources: true };
  const memory: NewMemory = {
    coordinate,
    type: 'semantic',
    payload,
    ...(importance === null ? {} : { importance }),
    ...(expiresAt === null ? {} : { expiresAt }),
  };
  return { memory, contentHash: contentHash('semantic', importance, payload) };
}

/** True when it says already that all that it is made of is gone. */
export function isOutliving({ payload }: Pick<Memory, 'payload'>): boolean {
  return payload['outlives_sources'] === true;
}

function ownFields(sources: readonly Source[]): JsonObject {
  const [only, ...others] = sources;
  const shown = sources.map(({ coordinate, version, timestamp, quote }) => ({
    coordinate: [...coordinate],
    version,
    timestamp,
    text: quote,
  }));
  const timestamp = sources.at(-1)?.timestamp ?? null;
  if (only && others.length === 0) {
    const place = [...only.coordinate];
    return {
      fact: `Summary of event at ${textOf(only.timestamp)}`,
      source_coord: place,
      consolidated_from: place,
      sources: shown,
      timestamp,
    };
  }
  const lines = sources.map(({ quote, isCut }, index) => `${index + 1}. “${quote}”${isCut ? ' …' : ''}`);
  return {
    fact: [`Summary of ${sources.length} events:`, ...lines].join('\n'),
    consolidated_from: sources.map(({ coordinate }) => [...coordinate]),
    sources: shown,
    timestamp,
  };
}

function textOf(timestamp: JsonValue): string {
  return typeof timestamp === 'string' ? timestamp : stringifyJson(timestamp);
}

function greatest(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : Math.max(...numbers);
}

function earliestExpiry(sources: readonly Source[]): number | null {
  const times = sources.flatMap(({ expiresAtMs }) => expiresAtMs ?? []);
  return times.length === 0 ? null : Math.min(...times);
}
