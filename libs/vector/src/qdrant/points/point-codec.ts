import {
  canonicalJson,
  coordinateOfKey,
  holdsJsonNumber,
  isJsonObject,
  jsonEquals,
  parseJson,
  ALTERED_DIGEST,
  pointDigest,
  type Filterable,
  type HeldPoint,
  type IndexPoint,
  type JsonObject,
  type JsonValue,
  type MemoryType,
  type PointVersion,
  type ValidityTimes,
} from '@sfm/memory';
import { FACETS_VERSION, facetsOf, type Facets } from './facets.js';
import { pointId } from './point-id.js';

/** The field of a stored payload that belongs to the index. */
export const OWN_FIELD = '__sfm';
/** Top-level fields of a stored payload whose value may differ from the caller's. */
export const WRITTEN_FIELDS: readonly string[] = [OWN_FIELD, 'coordinate', 'memory_type'];

/** Fields of the own field with the times of a memory's validity; each is absent where nothing bounds it. */
export const VALIDITY_FIELDS = ['valid_from', 'valid_to', 'superseded_at'] as const;

/** Fields a search needs of a hit besides its score. */
export const HIT_FIELDS = ['key', 'id', 'expires_at', ...VALIDITY_FIELDS, 'partial'].map(
  (field) => `${OWN_FIELD}.${field}`,
);

/** Data about a point from a hit's payload. */
export interface HitDetails {
  readonly key: string;
  readonly id: number;
  readonly expiresAtMs: number | null;
  /** Absent for a memory that always holds. */
  readonly validity?: ValidityTimes;
  /** Its facets are incomplete, so a filter by them accepts the point without a test. */
  readonly isPartial: boolean;
}

/**
 * Returns the JSON of a memory as the REST API takes it: the caller's payload for users who inspect the collection,
 * `coordinate` and `memory_type`, and the index's own field. Caller fields with one of these names are kept inside the
 * own field. A point without a vector is stored and counted, but no search finds it.
 */
export function storedPoint(namespace: string, point: IndexPoint): string {
  const vector = hasVector(point) ? decimalsJson(point.vector) : '{}';
  return `{"id":"${pointId(namespace, point.key)}","vector":${vector},"payload":${storedPayload(namespace, point)}}`;
}

/** Concatenates texts: building and serialising an object with the fields of both takes longer than all its values. */
function storedPayload(namespace: string, point: IndexPoint): string {
  const shadowed = WRITTEN_FIELDS.filter((name) => Object.hasOwn(point.payload, name));
  const coordinate = coordinateOfKey(point.key);
  const fields = [
    ...fieldsOf(shadowed.length === 0 ? point.payload : without(point.payload, shadowed)),
    ...(coordinate.every(Number.isFinite) ? [`"coordinate":[${coordinate.join(',')}]`] : []),
    `"memory_type":"${point.type}"`,
    `"${OWN_FIELD}":${ownField(namespace, point, shadowed)}`,
  ];
  return `{${fields.join(',')}}`;
}

function ownField(namespace: string, point: IndexPoint, shadowed: readonly string[]): string {
  const { numbers, isComplete, order } = facetsOf(point.type, point.payload);
  const fields = [
    `"namespace":${JSON.stringify(namespace)},"key":${JSON.stringify(point.key)},"id":${point.id}`,
    `"version":${point.version},"created_at":${point.createdAtMs}`,
    ...(point.expiresAtMs === null ? [] : [`"expires_at":${point.expiresAtMs}`]),
    ...validityFields(point.validity),
    `"facets":[${numbers.join(',')}]`,
    ...(order.size === 0
      ? []
      : [`"order":{${[...order].map(([field, place]) => `"${field}":${JSON.stringify(place)}`).join(',')}}`]),
    ...(isComplete ? [] : ['"partial":true']),
    ...(holdsJsonNumber(point.payload) ? [`"written":${JSON.stringify(canonicalJson(point.payload))}`] : []),
    ...(shadowed.length === 0 ? [] : [`"original":${JSON.stringify(pick(point.payload, shadowed))}`]),
  ];
  return `{${fields.join(',')}}`;
}

function validityFields(validity: ValidityTimes | undefined): string[] {
  if (!validity) return [];
  const { fromMs, toMs, supersededAtMs } = validity;
  const times = [fromMs, toMs, supersededAtMs];
  return VALIDITY_FIELDS.flatMap((name, place) => {
    const time = times[place] ?? null;
    return time === null ? [] : [`"${name}":${time}`];
  });
}

function readValidity(own: JsonObject): { readonly validity?: ValidityTimes } {
  const [fromMs = null, toMs = null, supersededAtMs = null] = VALIDITY_FIELDS.map((name) => {
    const time = own[name];
    return typeof time === 'number' ? time : null;
  });
  const isBounded = fromMs !== null || toMs !== null || supersededAtMs !== null;
  return isBounded ? { validity: { fromMs, toMs, supersededAtMs } } : {};
}

/** Returns the JSON of an object without its braces; an empty list for an empty object. */
function fieldsOf(object: JsonObject): string[] {
  const json = JSON.stringify(object);
  return json === '{}' ? [] : [json.slice(1, -1)];
}

function pick(payload: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, payload[name] ?? null]));
}

function without(payload: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(payload).filter(([name]) => !names.includes(name)));
}

/** Number of units per 1: decimals are whole numbers of units. */
const UNITS = 1e8;

/**
 * Rounds a component of a unit vector to half the usual number of decimals: vectors are most of the data sent. Cosines
 * change by less than 1e-8, less than by the single precision they are computed in.
 */
function toDecimal(component: number): number {
  return Math.round(component * UNITS) / UNITS;
}

export function toDecimals(vector: Float32Array): number[] {
  return Array.from(vector, toDecimal);
}

const [ZERO, MINUS, POINT, COMMA] = [0x30, 0x2d, 0x2e, 0x2c];
/** Maximum text length of any number, including the comma after it. */
const MAX_COMPONENT_BYTES = 26;
/** The digits of 00 to 99, concatenated. */
const PAIRS = Buffer.from(Array.from({ length: 100 }, (_, number) => `${number}`.padStart(2, '0')).join(''));

let scratch = Buffer.alloc(0);

/**
 * JSON of `toDecimals`, written digit by digit: with concatenated number texts, vectors took most of the time of a
 * point.
 */
function decimalsJson(vector: Float32Array): string {
  const bytes = scratchOf(vector.length * MAX_COMPONENT_BYTES);
  let length = 0;
  for (let index = 0; index < vector.length; index++) {
    const component = vector[index]!;
    if (component === 0) bytes[length++] = ZERO;
    else length = writeDecimal(bytes, length, Math.round(component * UNITS));
    bytes[length++] = COMMA;
  }
  return `[${bytes.toString('latin1', 0, length - 1)}]`;
}

/** Writes a whole number of units as `toDecimal` does; returns the end position. */
function writeDecimal(bytes: Buffer, start: number, units: number): number {
  const size = Math.abs(units);
  if (size >= UNITS) return start + bytes.write(`${units / UNITS}`, start, 'latin1');
  let offset = start;
  if (units < 0) bytes[offset++] = MINUS;
  bytes[offset++] = ZERO;
  bytes[offset++] = POINT;
  const upper = (size / 10_000) | 0;
  writeFourDigits(bytes, offset, upper);
  writeFourDigits(bytes, offset + 4, size - upper * 10_000);
  return offset + 8;
}

function writeFourDigits(bytes: Buffer, offset: number, number: number): void {
  const upper = (number / 100) | 0;
  const lower = number - upper * 100;
  bytes[offset] = PAIRS[2 * upper]!;
  bytes[offset + 1] = PAIRS[2 * upper + 1]!;
  bytes[offset + 2] = PAIRS[2 * lower]!;
  bytes[offset + 3] = PAIRS[2 * lower + 1]!;
}

function scratchOf(size: number): Buffer {
  if (scratch.length < size) scratch = Buffer.allocUnsafeSlow(size);
  return scratch;
}

export function hasVector(point: IndexPoint): point is IndexPoint & { readonly vector: Float32Array } {
  return point.vector?.some((component) => component !== 0) ?? false;
}

/** Returns undefined for a point that this index has not written. */
export function readHit(payload: unknown): HitDetails | undefined {
  const own = isJsonObject(payload) ? payload[OWN_FIELD] : undefined;
  if (!isJsonObject(own) || typeof own['key'] !== 'string' || typeof own['id'] !== 'number') return undefined;
  const expiresAt = own['expires_at'];
  return {
    key: own['key'],
    id: own['id'],
    expiresAtMs: typeof expiresAt === 'number' ? expiresAt : null,
    ...readValidity(own),
    isPartial: own['partial'] === true,
  };
}

/** Returns undefined for a point that this index has not written. */
export function readVersion(payload: unknown): PointVersion | undefined {
  const own = isJsonObject(payload) ? payload[OWN_FIELD] : undefined;
  if (!isJsonObject(own)) return undefined;
  const { key, version } = own;
  return typeof key === 'string' && typeof version === 'number' ? { key, version } : undefined;
}

/**
 * Returns undefined for a point that this index has not written.
 *
 * @param vector as the server returns it
 * @param facetsVersion of the collection
 */
export function readHeld(payload: unknown, vector: unknown, facetsVersion = FACETS_VERSION): HeldPoint | undefined {
  const read = readVersion(payload);
  if (!read || !isJsonObject(payload) || !isJsonObject(payload[OWN_FIELD])) return undefined;
  const own = payload[OWN_FIELD];
  const filterable = readFilterable(payload);
  const { type, payload: held, createdAtMs } = filterable;
  const { id, expires_at: expiresAt } = own;
  const digest = pointDigest(type, held);
  // What users see must say the same as what filters read.
  const isWhole =
    digest === pointDigest(type, readShown(payload).payload) && isFindable(own, filterable, facetsVersion);
  return {
    ...read,
    digest: isWhole ? digest : ALTERED_DIGEST,
    id: typeof id === 'number' ? id : Number.NaN,
    createdAtMs,
    expiresAtMs: typeof expiresAt === 'number' ? expiresAt : null,
    ...readValidity(own),
    vector: readVector(vector),
  };
}

/** Whether the facets and places, by which filters find the point, follow from its payload. */
function isFindable(own: JsonObject, { type, payload }: Filterable, facetsVersion: number): boolean {
  if (hasFacets(own, facetsOf(type, payload), payload)) return true;
  // A collection of an earlier version has points that were written since, too.
  for (let version = facetsVersion; version < FACETS_VERSION; version++) {
    if (hasFacets(own, facetsOf(type, payload, version), payload)) return true;
  }
  return false;
}

/**
 * Servers round some fractions, and the facet of a rounded one is another; which facets of a very wide payload are kept
 * depends on the order of its names, which servers change.
 */
function hasFacets({ facets, partial, order = {} }: JsonObject, expected: Facets, payload: JsonObject): boolean {
  const { numbers, isComplete } = expected;
  if (!Array.isArray(facets) || facets.length !== numbers.length || (partial !== true) !== isComplete) return false;
  if (!isComplete) return true;
  if (!isJsonObject(order) || !jsonEquals(order, Object.fromEntries(expected.order))) return false;
  const held = new Set(facets);
  return numbers.filter((number) => !held.has(number)).length <= Math.max(0, withFraction(payload) - 1);
}

/** Counts the values that are a fraction or have one within; each of them but the payload has a facet. */
function withFraction(value: JsonValue): number {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 0 : 1;
  if (typeof value !== 'object' || value === null) return 0;
  const within = Object.values(value).reduce<number>((sum, member: JsonValue) => sum + withFraction(member), 0);
  return within === 0 ? 0 : within + 1;
}

function readVector(vector: unknown): Float32Array | null {
  if (!Array.isArray(vector) || vector.length === 0) return null;
  return Float32Array.from(vector, (component: unknown) => (typeof component === 'number' ? component : Number.NaN));
}

/** Returns the fields that filters use, as the memory had them. */
export function readFilterable(payload: JsonObject): Filterable {
  const shown = readShown(payload);
  const own = payload[OWN_FIELD];
  const written = isJsonObject(own) && typeof own['written'] === 'string' ? parseJson(own['written']) : undefined;
  return isJsonObject(written) ? { ...shown, payload: written } : shown;
}

/** As `readFilterable`, with numbers as the server has them: rounded to doubles. */
function readShown(payload: JsonObject): Filterable {
  const stored = payload[OWN_FIELD];
  const own = isJsonObject(stored) ? stored : {};
  const caller = Object.fromEntries(Object.entries(payload).filter(([name]) => !WRITTEN_FIELDS.includes(name)));
  const type: MemoryType = payload['memory_type'] === 'episodic' ? 'episodic' : 'semantic';
  return {
    type,
    createdAtMs: typeof own['created_at'] === 'number' ? own['created_at'] : 0,
    payload: { ...caller, ...(isJsonObject(own['original']) ? own['original'] : {}) },
  };
}
