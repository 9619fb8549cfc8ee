import { isJsonObject, parseJson, stringifyJson, type Memory, type MemoryType } from '@sfm/memory';

/**
 * An entry is a string: the version, a colon, and the memory as JSON. Without a memory, it invalidates everything older
 * than the version. Scripts compare versions by reading only up to the colon.
 */
export function entryOf(version: number, memory?: Memory): string {
  return `${version}:${memory === undefined ? '' : stringifyJson(memory)}`;
}

/** Returns the memory of an entry; undefined when it has none or is not in this format. */
export function memoryOf(entry: string | null): Memory | undefined {
  const colon = entry?.indexOf(':') ?? -1;
  if (entry === null || colon < 1 || colon === entry.length - 1) return undefined;
  try {
    return revive(parseJson(entry.slice(colon + 1)));
  } catch {
    return undefined;
  }
}

/** A memory as parsed from JSON: dates are strings. */
interface StoredMemory extends Omit<Memory, 'createdAt' | 'updatedAt' | 'lastAccessedAt' | 'expiresAt'> {
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastAccessedAt: string | null;
  readonly expiresAt: string | null;
}

function revive(stored: unknown): Memory | undefined {
  if (!isStoredMemory(stored)) return undefined;
  const date = (text: string | null) => (text === null ? null : new Date(text));
  return {
    ...stored,
    createdAt: new Date(stored.createdAt),
    updatedAt: new Date(stored.updatedAt),
    lastAccessedAt: date(stored.lastAccessedAt),
    expiresAt: date(stored.expiresAt),
  };
}

const TYPES: Readonly<Record<keyof StoredMemory, (value: unknown) => boolean>> = {
  id: Number.isInteger,
  namespace: isText,
  coordinate: Array.isArray,
  key: isText,
  type: (value): value is MemoryType => value === 'episodic' || value === 'semantic',
  payload: isJsonObject,
  importance: (value) => value === null || typeof value === 'number',
  importanceNorm: Number.isFinite,
  version: Number.isInteger,
  contentHash: isText,
  createdAt: isTime,
  updatedAt: isTime,
  lastAccessedAt: (value) => value === null || isTime(value),
  accessCount: Number.isInteger,
  expiresAt: (value) => value === null || isTime(value),
  validity: (value) => value === undefined || isJsonObject(value),
};

function isStoredMemory(value: unknown): value is StoredMemory {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.entries(TYPES).every(([name, fits]) => fits(fields.get(name)));
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
