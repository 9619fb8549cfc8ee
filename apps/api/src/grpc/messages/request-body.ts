import { InvalidRequestError } from '@sfm/memory';
import type { JsonText } from './json-text.js';

/** What ends the name of a field that holds JSON as text. */
const JSON_SUFFIX = '_json';

/** A decoded message: what was not sent is absent. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a message; none for what is no message. */
export function fieldsOf(message: unknown): Fields {
  return typeof message === 'object' && message !== null ? Object.fromEntries(Object.entries(message)) : {};
}

/** The numbers of a message `Coordinate`; undefined when there is none. */
export function numbersOf(coordinate: unknown): readonly unknown[] | undefined {
  if (coordinate === undefined) return undefined;
  const { values } = fieldsOf(coordinate);
  return Array.isArray(values) ? values.map((value: unknown) => value) : [];
}

/** What the fields of a message are that are no plain values. */
export interface FieldKinds {
  /** Messages `Coordinate`, or lists of them. */
  readonly coordinates?: readonly string[];
}

/**
 * The body that HTTP would take for what a message says: coordinates are lists of numbers, and JSON is what its text says.
 * What it lacks or has too much of is for the schema to tell.
 *
 * @throws InvalidRequestError naming a field whose text is no JSON
 */
export function requestBody(message: unknown, json: JsonText, { coordinates = [] }: FieldKinds = {}): Fields {
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fieldsOf(message))) {
    if (coordinates.includes(name)) body[name] = Array.isArray(value) ? value.map(numbersOf) : numbersOf(value);
    else if (!name.endsWith(JSON_SUFFIX)) body[name] = value;
    else if (typeof value === 'string') body[name.slice(0, -JSON_SUFFIX.length)] = json.read(value, name);
    else throw new InvalidRequestError(name, 'must be JSON');
  }
  return body;
}
