import {
  isJsonObject,
  pointDigest,
  type Filterable,
  type HeldPoint,
  type IndexPoint,
  type JsonObject,
  type MemoryType,
} from '@sfm/memory';
import { facetsOf } from './facets.js';
import { pointId } from './point-id.js';

/** The field of a stored payload that is the index's own. */
export const OWN_FIELD = '__sfm';
/** Top-level fields of a stored payload whose value is not simply the caller's. */
export const WRITTEN_FIELDS: readonly string[] = [OWN_FIELD, 'coordinate', 'memory_type'];

/** What a search needs to know of a hit besides its score. */
export const HIT_FIELDS = ['key', 'id', 'expires_at', 'partial'].map((field) => `${OWN_FIELD}.${field}`);

/** What a hit's payload says about the point. */
export interface HitDetails {
  readonly key: string;
  readonly id: number;
  readonly expiresAtMs: number | null;
  /** Its facets are not complete, so a filter by them lets it through unseen. */
  readonly isPartial: boolean;
}

/**
 * JSON of a memory as the REST API takes it: the caller's payload for those who look into the collection, `coordinate` and
 * `memory_type`, and the index's own field. What the caller has under one of these names is kept inside the own field.
 * A point without a vector is held and counted, and no search finds it.
 */
export function storedPoint(namespace: string, point: IndexPoint): string {
  const { numbers, isComplete } = facetsOf(point.type, point.payload);
  const coordinate = point.key.split(',').map(Number);
  const shadowed = WRITTEN_FIELDS.filter((name) => Object.hasOwn(point.payload, name));
  const payload = JSON.stringify({
    ...point.payload,
    ...(coordinate.every(Number.isFinite) ? { coordinate } : {}),
    memory_type: point.type,
    [OWN_FIELD]: {
      namespace,
      key: point.key,
      id: point.id,
      version: point.version,
      created_at: point.createdAtMs,
      ...(point.expiresAtMs === null ? {} : { expires_at: point.expiresAtMs }),
      facets: numbers,
      ...(isComplete ? {} : { partial: true }),
      ...(shadowed.length === 0 ? {} : { original: pick(point.payload, shadowed) }),
    },
  });
  const vector = hasVector(point) ? decimalsJson(point.vector) : '{}';
  return `{"id":"${pointId(namespace, point.key)}","vector":${vector},"payload":${payload}}`;
}

function pick(payload: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, payload[name] ?? null]));
}

/** Decimals are whole numbers of one part in so many. */
const UNITS = 1e8;

/**
 * A component of a unit vector in half the usual number of decimals: vectors are most of what is sent. Cosines change by
 * less than 1e-8, less than by the single precision they are computed in.
 */
function toDecimal(component: number): number {
  return Math.round(component * UNITS) / UNITS;
}

export function toDecimals(vector: Float32Array): number[] {
  return Array.from(vector, toDecimal);
}

/** `toDecimal` behind a comma. Whole numbers become text several times as fast as fractions. */
function decimalJson(component: number): string {
  const units = Math.round(component * UNITS);
  if (Math.abs(units) >= UNITS) return `,${units / UNITS}`;
  const digits = `${UNITS + Math.abs(units)}`.slice(1);
  return units < 0 ? `,-0.${digits}` : `,0.${digits}`;
}

const MAX_RUN = 256;
const ZEROS = ',0'.repeat(MAX_RUN);

/** JSON of `toDecimals`. Most components of a short text are zero when words are hashed, so these are added in runs. */
function decimalsJson(vector: Float32Array): string {
  let json = '';
  let zeros = 0;
  for (let index = 0; index < vector.length; index++) {
    const component = vector[index]!;
    if (component === 0 && zeros < MAX_RUN) {
      zeros += 1;
      continue;
    }
    json += ZEROS.slice(0, 2 * zeros) + decimalJson(component);
    zeros = 0;
  }
  return `[${(json + ZEROS.slice(0, 2 * zeros)).slice(1)}]`;
}

export function hasVector(point: IndexPoint): point is IndexPoint & { readonly vector: Float32Array } {
  return point.vector?.some((component) => component !== 0) ?? false;
}

/** Undefined for a point that this index has not written. */
export function readHit(payload: unknown): HitDetails | undefined {
  const own = isJsonObject(payload) ? payload[OWN_FIELD] : undefined;
  if (!isJsonObject(own) || typeof own['key'] !== 'string' || typeof own['id'] !== 'number') return undefined;
  const expiresAt = own['expires_at'];
  return {
    key: own['key'],
    id: own['id'],
    expiresAtMs: typeof expiresAt === 'number' ? expiresAt : null,
    isPartial: own['partial'] === true,
  };
}

/** Undefined for a point that this index has not written. */
export function readHeld(payload: unknown): HeldPoint | undefined {
  if (!isJsonObject(payload)) return undefined;
  const own = payload[OWN_FIELD];
  if (!isJsonObject(own) || typeof own['key'] !== 'string' || typeof own['version'] !== 'number') return undefined;
  const { type, payload: held } = readFilterable(payload);
  return { key: own['key'], version: own['version'], digest: pointDigest(type, held) };
}

/** What filters look at, as the memory had it. */
export function readFilterable(payload: JsonObject): Filterable {
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
