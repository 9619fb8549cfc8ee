import { createHash } from 'node:crypto';
import type { NewLink } from '../../links/link-command.js';
import { InvalidRequestError } from '../../model/errors.js';
import { isJsonObject, isNumber, toDouble, type JsonObject, type JsonValue } from '../../model/json.js';
import type { MemoryType } from '../../model/memory.js';
import { readTime } from '../../model/time.js';
import { toCoordinate, type Coordinate } from '../../model/coordinate.js';
import type { GraphEdge } from '../file/link-graph.js';

/** A memory of another service: it has no version, and maybe no time. */
export interface ForeignMemory {
  readonly coordinate: Coordinate;
  readonly type: MemoryType;
  readonly payload: JsonObject;
  readonly importance?: number;
  readonly createdAt?: Date;
  readonly updatedAt?: Date;
  readonly expiresAt?: Date;
}

/** How one of the other services writes memories down. */
export interface ForeignFormat {
  /** Whether a record looks like one of them. */
  readonly isOfIt: (record: JsonObject) => boolean;
  /** @throws InvalidRequestError naming the field */
  readonly read: (record: JsonObject) => ForeignMemory;
}

/** Fields that the earlier service added to a payload and that are not part of it. */
const ADDED = new Set(['coordinate', 'memory_type', 'importance_norm']);
const MAX_NUMBERS = 65_536;

/** The earlier service: the payload's fields and `coordinate`, `memory_type`, `importance_norm`, `timestamp`. */
const EARLIER: ForeignFormat = {
  isOfIt: (record) => Array.isArray(record['coordinate']),
  read: (record) => {
    const values = record['coordinate'];
    if (!Array.isArray(values) || !values.every(isNumber)) {
      throw new InvalidRequestError('coordinate', 'must be a list of numbers');
    }
    return {
      coordinate: toCoordinate(values.filter(isNumber), MAX_NUMBERS),
      type: record['memory_type'] === 'semantic' ? 'semantic' : 'episodic',
      payload: Object.fromEntries(Object.entries(record).filter(([name]) => !ADDED.has(name))),
      ...times({ createdAt: record['timestamp'] }),
    };
  },
};

/** A memory service that keeps one sentence in `memory`, found by `id`. */
const MEM0: ForeignFormat = {
  isOfIt: (record) => typeof record['memory'] === 'string',
  read: (record) => {
    const { memory, ...rest } = record;
    if (typeof memory !== 'string') throw new InvalidRequestError('memory', 'must be a text');
    return {
      coordinate: coordinateOf('mem0', record),
      type: 'semantic',
      payload: { text: memory, ...rest },
      ...times({
        createdAt: record['created_at'],
        updatedAt: record['updated_at'],
        expiresAt: record['expiration_date'],
      }),
    };
  },
};

/** A memory server that keeps `text` with topics and entities; its `message` is something that happened. */
const AGENT_MEMORY: ForeignFormat = {
  isOfIt: (record) =>
    typeof record['text'] === 'string' && (typeof record['id'] === 'string' || 'memory_type' in record),
  read: (record) => {
    if (typeof record['text'] !== 'string') throw new InvalidRequestError('text', 'must be a text');
    return {
      coordinate: coordinateOf('agent-memory-server', record),
      type: record['memory_type'] === 'semantic' ? 'semantic' : 'episodic',
      // How far it was from a question says nothing of the memory.
      payload: Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'dist')),
      ...times({ createdAt: record['created_at'], updatedAt: record['updated_at'] }),
    };
  },
};

/** Formats of one JSON object for each memory, in the order in which they are tried. */
export const FOREIGN_FORMATS = {
  'earlier-jsonl': EARLIER,
  mem0: MEM0,
  'agent-memory-server': AGENT_MEMORY,
} as const satisfies Readonly<Record<string, ForeignFormat>>;

export type ForeignFormatName = keyof typeof FOREIGN_FORMATS;

/** Fields under which their answers list memories. */
export const FOREIGN_LISTS = ['results', 'memories'];

/** Returns the name of the format that a record is of; undefined when none is known. */
export function foreignFormatOf(record: JsonObject): ForeignFormatName | undefined {
  const names = Object.keys(FOREIGN_FORMATS) as ForeignFormatName[];
  return names.find((name) => FOREIGN_FORMATS[name].isOfIt(record));
}

/**
 * A link of the earlier service's graph. Its nodes are named as Python writes a tuple of numbers: `(1.0, 2.0, 3.0)`.
 *
 * @throws InvalidRequestError naming the attribute
 */
export function linkOfEdge({ source, target, data }: GraphEdge): NewLink {
  const weight = Number(data.get('weight') ?? 1);
  const metadata = Object.fromEntries([...data].filter(([name]) => !['type', 'weight', 'link_type'].includes(name)));
  return {
    from: coordinateOfNode(source, 'source'),
    to: coordinateOfNode(target, 'target'),
    type: data.get('type') ?? data.get('link_type') ?? 'related',
    weight,
    metadata,
  };
}

const NUMBER = /^[-+]?[\d.]+(?:[eE][-+]?\d+)?$/;
const MAX_NAME = 10_000;

function coordinateOfNode(name: string, field: string): Coordinate {
  const inner =
    name.length > MAX_NAME
      ? ''
      : name
          .trim()
          .replace(/^[([]/, '')
          .replace(/[)\]]$/, '');
  const parts = inner.split(',').map((part) => part.trim());
  // A tuple of one number ends with a comma.
  if (parts.at(-1) === '') parts.pop();
  const numbers = parts.map((part) => (NUMBER.test(part) ? Number(part) : NaN));
  if (numbers.length === 0 || !numbers.every(Number.isFinite)) {
    throw new InvalidRequestError(field, 'must name a coordinate, like (1.0, 2.0, 3.0)');
  }
  return toCoordinate(numbers, MAX_NUMBERS, field);
}

/**
 * Where a memory goes that has an id and no coordinate: three whole numbers made of both names, the same each time, so that
 * importing again finds what is there.
 */
function coordinateOf(service: string, record: JsonObject): Coordinate {
  const id = record['id'];
  const name = typeof id === 'string' || typeof id === 'number' ? String(id) : '';
  if (name === '') throw new InvalidRequestError('id', 'must be there: it becomes the coordinate');
  const digest = createHash('sha256').update(`${service}\n${name}`).digest();
  return [digest.readUInt32BE(0), digest.readUInt32BE(4), digest.readUInt32BE(8)];
}

/** Leaves out what is no time. */
function times<Name extends string>(given: Readonly<Record<Name, JsonValue | undefined>>): { [Key in Name]?: Date } {
  const found: { [Key in Name]?: Date } = {};
  for (const [name, value] of Object.entries<JsonValue | undefined>(given)) {
    const time = typeof value === 'string' ? readTime(value) : readNumber(value);
    if (time !== undefined && time >= 0) found[name as Name] = new Date(time);
  }
  return found;
}

function readNumber(value: JsonValue | undefined): number | undefined {
  const number = toDouble(value);
  return number === undefined ? undefined : readTime(number);
}

/** @throws InvalidRequestError for a piece of a file that is no JSON object */
export function asRecord(value: unknown): JsonObject {
  if (isJsonObject(value)) return value;
  throw new InvalidRequestError('line', 'must be a JSON object');
}
