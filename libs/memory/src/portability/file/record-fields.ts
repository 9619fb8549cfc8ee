import { toCoordinate, type Coordinate } from '../../model/coordinate.js';
import { InvalidRequestError } from '../../model/errors.js';
import { isJsonObject, toDouble, type JsonObject, type JsonValue } from '../../model/json.js';
import { JsonNumber } from '../../model/json-number.js';

/** Most numbers of a coordinate that is read; the limit of the service is checked later, and is lower. */
const MAX_NUMBERS = 65_536;
const MAX_VERSION = 2_147_483_647;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Takes the fields of a record one by one, and tells which is not as it should be. All throw InvalidRequestError. */
export class RecordFields {
  private readonly left: Set<string>;

  constructor(private readonly record: JsonObject) {
    this.left = new Set(Object.keys(record));
  }

  /** The value of a field that may be anything, or absent. */
  any(name: string): JsonValue | undefined {
    this.left.delete(name);
    return Object.hasOwn(this.record, name) ? this.record[name] : undefined;
  }

  text(name: string): string {
    const value = this.any(name);
    if (typeof value !== 'string') throw new InvalidRequestError(name, 'must be a text');
    return value;
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.any(name);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw new InvalidRequestError(name, `must be one of ${choices.join(', ')}`);
    return found;
  }

  /** A finite number. */
  number(name: string): number {
    const value = toDouble(this.any(name));
    if (value === undefined || !Number.isFinite(value)) throw new InvalidRequestError(name, 'must be a number');
    return value;
  }

  numberOrNull(name: string): number | null {
    return this.record[name] === null && this.left.delete(name) ? null : this.number(name);
  }

  version(name: string): number {
    const value = this.number(name);
    if (Number.isSafeInteger(value) && value >= 1 && value <= MAX_VERSION) return value;
    throw new InvalidRequestError(name, `must be a whole number from 1 to ${MAX_VERSION}`);
  }

  object(name: string): JsonObject {
    const value = this.any(name);
    if (!isJsonObject(value)) throw new InvalidRequestError(name, 'must be a JSON object');
    return value;
  }

  coordinate(name: string): Coordinate {
    return coordinateOf(this.any(name), name);
  }

  instant(name: string): Date {
    const time = timeOf(this.text(name));
    if (time === undefined || time.getTime() < 0) {
      throw new InvalidRequestError(name, 'must be an ISO 8601 time with zone, from 1970 to 9999');
    }
    return time;
  }

  /** A time of the world, which may lie before there were computers. */
  anyInstant(name: string): Date {
    const time = timeOf(this.text(name));
    if (time === undefined) throw new InvalidRequestError(name, 'must be an ISO 8601 time with zone');
    return time;
  }

  /** As `read` gives it; undefined for a field that is not there. */
  optional<T>(name: string, read: (name: string) => T): T | undefined {
    return Object.hasOwn(this.record, name) ? read(name) : undefined;
  }

  /** A list, whose items `read` takes. */
  list<T>(name: string, read: (item: JsonValue) => T): T[] {
    const value = this.any(name);
    if (!Array.isArray(value)) throw new InvalidRequestError(name, 'must be a list');
    return value.map(read);
  }

  instantOrNull(name: string): Date | null {
    return this.record[name] === null && this.left.delete(name) ? null : this.instant(name);
  }

  /** @throws InvalidRequestError for a field that nobody asked for: nothing in a file is passed over in silence. */
  end(): void {
    for (const name of this.left) throw new InvalidRequestError(name.slice(0, 100), 'is no field of this record');
  }
}

/** @throws InvalidRequestError naming the field */
export function coordinateOf(value: JsonValue | undefined, name: string): Coordinate {
  if (!Array.isArray(value)) throw new InvalidRequestError(name, 'must be a list of numbers');
  const numbers = value.map((item) => {
    if (typeof item === 'number' || item instanceof JsonNumber) return item;
    throw new InvalidRequestError(name, 'must be a list of numbers');
  });
  return toCoordinate(numbers, MAX_NUMBERS, name);
}

function timeOf(text: string): Date | undefined {
  const time = ISO.test(text) ? new Date(text) : undefined;
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time;
}
