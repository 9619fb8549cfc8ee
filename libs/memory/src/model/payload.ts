import { InvalidRequestError, PayloadTooLargeError } from './errors.js';
import { canonicalJson } from './content-hash.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import { JsonNumber } from './json-number.js';

/** Limits on a payload. */
export interface PayloadLimits {
  /** Deepest nesting of objects and arrays; the payload itself is level 1. */
  readonly maxDepth: number;
  /** Most UTF-8 bytes of its JSON text. */
  readonly maxBytes: number;
}

const MAX_PATH = 200;
const NUL = String.fromCharCode(0);

/**
 * Checks that a payload can be stored exactly: JSON text of bounded size and depth, no NUL characters or lone
 * surrogates (PostgreSQL text has neither), finite numbers.
 *
 * @returns its canonical JSON text.
 * @throws InvalidRequestError naming the path of the offending value.
 */
export function checkPayload(payload: JsonObject, limits: PayloadLimits): string {
  const refused = () => new PayloadTooLargeError('payload', tooLarge(limits));
  new JsonCheck(limits, refused).of(payload, 'payload');
  const text = canonicalJson(payload);
  if (text.length > limits.maxBytes || Buffer.byteLength(text) > limits.maxBytes) throw refused();
  return text;
}

/**
 * Checks a JSON value as `checkPayload` does, and ends as soon as it is certain to be too large: a body may hold
 * millions of values.
 *
 * @param path where the value stands, for messages
 * @returns the least number of bytes that its JSON text has: escapes and characters of several bytes count once.
 * @throws InvalidRequestError naming the path of the offending value.
 */
export function checkJson(
  value: JsonValue,
  { path, limits }: { readonly path: string; readonly limits: PayloadLimits },
): number {
  return new JsonCheck(limits, () => new InvalidRequestError(path, tooLarge(limits))).of(value, path);
}

/** One walk over a value, which ends at the first thing that is not allowed. */
class JsonCheck {
  private bytes = 0;

  constructor(
    private readonly limits: PayloadLimits,
    private readonly tooLarge: () => Error,
  ) {}

  /** Returns the bytes counted. */
  of(value: JsonValue, path: string): number {
    this.look(value, path, this.limits.maxDepth);
    return this.bytes;
  }

  private look(value: JsonValue, path: string, depthLeft: number): void {
    if (typeof value === 'string') {
      checkText(value, path);
      return this.count(value.length + 2);
    }
    if (typeof value === 'number') checkNumber(value, path);
    if (value instanceof JsonNumber) return this.count(value.text.length);
    if (typeof value !== 'object' || value === null) return this.count(1);
    if (depthLeft === 0) throw new InvalidRequestError(clip(path), 'is nested too deeply');
    this.count(2);
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        this.count(index === 0 ? 0 : 1);
        this.look(item, within(path, index), depthLeft - 1);
      }
    } else if (isJsonObject(value)) {
      this.members(value, path, depthLeft - 1);
    } else {
      throw new InvalidRequestError(clip(path), 'must be a JSON value');
    }
  }

  private members(value: JsonObject, path: string, depthLeft: number): void {
    let comma = 0;
    for (const key of Object.keys(value)) {
      this.count(key.length + 3 + comma);
      comma = 1;
      checkText(key, path, ' (key)');
      const item = value[key];
      if (item !== undefined) this.look(item, within(path, key), depthLeft);
    }
  }

  private count(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > this.limits.maxBytes) throw this.tooLarge();
  }
}

function tooLarge({ maxBytes }: PayloadLimits): string {
  return `must be at most ${maxBytes} bytes of JSON`;
}

/** A path of messages only, so that a key of a megabyte is not copied for each of its members. */
function within(path: string, step: string | number): string {
  return path.length > MAX_PATH ? path : `${path}.${step}`;
}

/** @throws InvalidRequestError for text that PostgreSQL cannot hold. */
export function checkText(text: string, path: string, part = ''): void {
  if (text.includes(NUL)) throw new InvalidRequestError(clip(path + part), 'must not contain the NUL character');
  if (!text.isWellFormed()) throw new InvalidRequestError(clip(path + part), 'must not contain lone surrogates');
}

function checkNumber(value: number, path: string): void {
  if (!Number.isFinite(value)) throw new InvalidRequestError(clip(path), 'must be a finite number');
}

/** Shortens a path for an error message: it comes from the caller and may be a megabyte long. */
function clip(path: string): string {
  return path.length <= MAX_PATH ? path : `${path.slice(0, MAX_PATH)}…`;
}
