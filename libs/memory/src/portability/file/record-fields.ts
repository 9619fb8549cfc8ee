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
    const value = this.any(name);
    if (!Array.isArray(value)) throw new InvalidRequestError(name, 'must be a list of numbers');
    const numbers = value.map((item) => {
      if (typeof item === 'number' || item instanceof JsonNumber) return item;
      throw new InvalidRequestError(name, 'must be a list of numbers');
    });
    return toCoordinate(numbers, MAX_NUMBERS, name);
  }

  instant(name: string): Date {
    const text = this.text(name);
    const time = ISO.test(text) ? new Date(text) : undefined;
    if (time === undefined || Number.isNaN(time.getTime()) || time.getTime() < 0) {
      throw new InvalidRequestError(name, 'must be an ISO 8601 time with zone, from 1970 to 9999');
    }
    return time;
  }

  instantOrNull(name: string): Date | null {
    return this.record[name] === null && this.left.delete(name) ? null : this.instant(name);
  }

  /** @throws InvalidRequestError for a field that nobody asked for: nothing in a file is passed over in silence. */
  end(): void {
    for (const name of this.left) throw new InvalidRequestError(name.slice(0, 100), 'is no field of this record');
  }
}
