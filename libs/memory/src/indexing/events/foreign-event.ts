import { InvalidRequestError } from '../../model/errors.js';
import { coordinateKey, parseCoordinate, toCoordinate, type Coordinate } from '../../model/coordinate.js';
import { fromEnvelope } from '../../event-model/envelope.js';
import { isNumber, type JsonValue } from '../../model/json.js';
import type { MemoryEvent } from '../../event-model/memory-event.js';
import { MEMORY_TYPES, type MemoryType } from '../../model/memory.js';
import { readTime, TIME_RULE } from '../../model/time.js';
import { toNamespace } from '../../model/namespace.js';
import type { StoreLimits } from '../../store/store.types.js';
import type { PayloadFields } from '../../model/payload-fields.js';
import { toWriteCommand } from '../../store/write-command.js';
import type { ForeignDelete, ForeignWrite } from './event-ledger.port.js';

/** Limits on events of other producers. */
export interface ForeignEventOptions {
  readonly limits: StoreLimits;
  readonly fields: PayloadFields;
  /** How far the clock of another producer may be ahead of ours, in milliseconds. @default 300000 */
  readonly maxAheadMs?: number;
}

/**
 * Converts another producer's event into a change, checked like a request: the memory's own fields are in the payload,
 * beside `coordinate` (a list of numbers or `x,y,z`) and `memory_type` (episodic when absent).
 *
 * @throws InvalidRequestError naming the field: the event can never be applied.
 */
export function toForeignChange(event: MemoryEvent, options: ForeignEventOptions): ForeignWrite | ForeignDelete {
  const namespace = toNamespace(event.namespace);
  const announced = fromEnvelope({ event: { ...event, namespace }, key: '' });
  if (announced.kind !== 'announcement') throw new InvalidRequestError('event', 'must be of another producer');
  const coordinate = toEventCoordinate(announced.coordinate, options.limits.maxDimensions);
  const origin = { id: event.id, eventId: event.event_id, occurredAt: occurredAt(event, options.maxAheadMs) };
  switch (event.type) {
    case 'created':
    case 'updated': {
      const type = toMemoryType(announced.memoryType);
      const memory = { coordinate, payload: announced.payload, type, importance: event.importance };
      return { ...toWriteCommand(namespace, memory, options), ...origin, kind: 'write' };
    }
    case 'deleted':
      return { ...origin, kind: 'delete', namespace, key: coordinateKey(coordinate), coordinate };
    default:
      throw new InvalidRequestError('type', `"${event.type}" is not known; created, updated and deleted are`);
  }
}

function toEventCoordinate(value: JsonValue | undefined, maxDimensions: number): Coordinate {
  const field = 'payload.coordinate';
  if (typeof value === 'string') return parseCoordinate(value, maxDimensions, field);
  if (!Array.isArray(value))
    throw new InvalidRequestError(field, 'must be a list of numbers or a text such as "1,2,3"');
  if (!value.every(isNumber)) throw new InvalidRequestError(field, 'must hold numbers only');
  return toCoordinate(value, maxDimensions, field);
}

function toMemoryType(given: JsonValue = 'episodic'): MemoryType {
  const type = MEMORY_TYPES.find((known) => known === given);
  if (!type) throw new InvalidRequestError('payload.memory_type', `must be one of ${MEMORY_TYPES.join(', ')}`);
  return type;
}

const DEFAULT_MAX_AHEAD_MS = 300_000;

function occurredAt({ timestamp }: MemoryEvent, maxAheadMs = DEFAULT_MAX_AHEAD_MS): Date {
  const time = readTime(timestamp);
  if (time === undefined) throw new InvalidRequestError('timestamp', TIME_RULE);
  if (time < 0) throw new InvalidRequestError('timestamp', 'must not lie before 1970');
  if (time > Date.now() + maxAheadMs) {
    throw new InvalidRequestError('timestamp', `must not lie more than ${maxAheadMs / 1000} s in the future`);
  }
  return new Date(time);
}
