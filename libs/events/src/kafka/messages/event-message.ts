import {
  coordinateKey,
  eventKind,
  holdsJsonNumber,
  isJsonObject,
  isNumber,
  parseCoordinate,
  parseJson,
  stringifyJson,
  toCoordinate,
  toDouble,
  toEnvelopeDetails,
  toNamespace,
  type CheckedEvent,
  type EventKind,
  type EventRecord,
  type JsonValue,
  type MemoryEvent,
  type Namespace,
} from '@sfm/memory';
import { validTraceparent } from '@sfm/observability';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { EventValidator } from '../../validation/event-validator.js';

/** Limits for decoding. */
export interface DecodingRules {
  readonly validator: EventValidator;
  /** Maximum number of dimensions of a coordinate accepted from other producers. */
  readonly maxDimensions: number;
  /** True to read our own events of links, which only replays need. @default false */
  readonly readsLinks?: boolean;
}

/** An event that is not about a memory's content, or whose type this version does not know. */
export interface PassedOver {
  readonly type: string;
  readonly kind: EventKind | 'unknown';
}

export type DecodedEvent =
  { readonly record: EventRecord } | { readonly problem: string } | { readonly passedOver: PassedOver };

const SCHEMA_ID = 'memory.event.json';

/**
 * The key that orders the events of a memory: `<namespace>:<coordinate key>`. Coordinate keys have no colon, so the
 * last one divides.
 */
export function eventMessageKey(namespace: Namespace, key: string): string {
  return `${namespace}:${key}`;
}

/** Returns the message of an event: key, JSON value and headers. */
export function encodeEventMessage({
  event,
  key,
  version,
  details,
  traceparent,
}: EventRecord): Message & { value: string } {
  return {
    key: eventMessageKey(event.namespace, key),
    value: stringifyJson(event),
    headers: {
      'event-type': event.type,
      'memory-key': key,
      ...(version === undefined ? {} : { 'memory-version': String(version) }),
      ...(details === undefined ? {} : { 'memory-details': stringifyJson(details) }),
      ...(traceparent === undefined ? {} : { traceparent }),
      'content-type': 'application/json',
      'schema-id': SCHEMA_ID,
    },
  };
}

/**
 * Reads a message of this service or of another producer. Missing headers are filled in from the event. Never throws:
 * an event that cannot be applied is returned with a `problem` for the dead letter, one that needs no action as
 * `passedOver`.
 */
export function decodeEventMessage(
  message: Pick<KafkaMessage, 'value' | 'headers'>,
  { validator, maxDimensions, readsLinks = false }: DecodingRules,
): DecodedEvent {
  if (message.value === null) return { problem: 'the message has no value' };
  const event = parseEvent(message.value);
  if (event === undefined) return { problem: 'the value is not JSON' };
  if (!validator.accepts(event)) return { problem: `not a memory event: ${validator.problem(event)}` };
  const kind = eventKind(event.type);
  const isLink = kind === 'relation' && headerText(message.headers, 'memory-details') !== undefined;
  if (kind !== 'content' && !(isLink && readsLinks))
    return { passedOver: { type: event.type.slice(0, 100), kind: kind ?? 'unknown' } };
  try {
    const trace = traceOf(message.headers);
    const ownKey = headerText(message.headers, 'memory-key');
    if (ownKey === undefined)
      return { record: { key: keyOfPayload(event.payload, maxDimensions), event: checked(event), ...trace } };
    const key = coordinateKey(parseCoordinate(ownKey, maxDimensions, 'header memory-key'));
    return {
      record: { event: checked(event), key, ...versionOf(message.headers), ...detailsOf(message.headers), ...trace },
    };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** @throws InvalidRequestError when the event's namespace is invalid */
function checked(event: MemoryEvent): CheckedEvent {
  return { ...event, namespace: toNamespace(event.namespace) };
}

function parseEvent(value: Buffer): unknown {
  try {
    return withDoubles(parseJson(new TextDecoder('utf-8', { fatal: true }).decode(value)));
  } catch {
    return undefined;
  }
}

/** The numbers of the payload are its caller's; those beside it (time, importance, embedding) are read as doubles. */
function withDoubles(event: unknown): unknown {
  if (!isJsonObject(event)) return event;
  const { payload, ...envelope } = event;
  if (!holdsJsonNumber(envelope)) return event;
  const fields = Object.entries(envelope).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map((item) => toDouble(item) ?? item) : (toDouble(value) ?? value),
  ]);
  return { ...Object.fromEntries(fields), ...(payload === undefined ? {} : { payload }) } as unknown;
}

/** @throws InvalidCoordinateError */
function keyOfPayload(payload: JsonValue, maxDimensions: number): string {
  const field = 'payload.coordinate';
  const given = isJsonObject(payload) ? payload['coordinate'] : undefined;
  if (typeof given === 'string') return coordinateKey(parseCoordinate(given, maxDimensions, field));
  if (Array.isArray(given) && given.every(isNumber)) {
    return coordinateKey(toCoordinate(given, maxDimensions, field));
  }
  throw new Error(`${field}: must be a list of numbers or a text "x,y,z"`);
}

/** An unreadable trace context does not invalidate an event. */
function traceOf(headers: IHeaders | undefined): { traceparent?: string } {
  const traceparent = validTraceparent(headerText(headers, 'traceparent'));
  return traceparent === undefined ? {} : { traceparent };
}

function versionOf(headers: IHeaders | undefined): { version?: number } {
  const text = headerText(headers, 'memory-version');
  if (text === undefined) return {};
  const version = Number(text);
  if (!Number.isSafeInteger(version) || version < 1) throw new Error('header memory-version: must be a whole number');
  return { version };
}

function detailsOf(headers: IHeaders | undefined): Pick<EventRecord, 'details'> {
  const text = headerText(headers, 'memory-details');
  if (text === undefined) return {};
  let details: unknown;
  try {
    details = parseJson(text);
  } catch {
    throw new Error('header memory-details: must be JSON');
  }
  return { details: toEnvelopeDetails(details) };
}

/** Returns a header's value as text; the first value when it occurs several times. */
export function headerText(headers: IHeaders | undefined, name: string): string | undefined {
  const value = headers?.[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first?.toString();
}
