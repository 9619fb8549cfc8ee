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

const NUL = String.fromCharCode(0);

/**
 * Checks that a payload can be stored exactly: JSON text of bounded size and depth, no NUL characters or lone
 * surrogates (PostgreSQL text has neither), finite numbers.
 *
 * @returns its canonical JSON text.
 * @throws InvalidRequestError naming the path of the offending value.
 */
export function checkPayload(payload: JsonObject, limits: PayloadLimits): string {
  checkValue(payload, 'payload', limits.maxDepth);
  const text = canonicalJson(payload);
  if (text.length > limits.maxBytes || Buffer.byteLength(text) > limits.maxBytes) {
    throw new PayloadTooLargeError('payload', `must be at most ${limits.maxBytes} bytes of JSON`);
  }
  return text;
}

function checkValue(value: JsonValue, path: string, depthLeft: number): void {
  if (typeof value === 'string') return checkText(value, path);
  if (typeof value === 'number') return checkNumber(value, path);
  if (value === null || typeof value === 'boolean' || value instanceof JsonNumber) return;
  if (depthLeft === 0) throw new InvalidRequestError(clip(path), 'is nested too deeply');
  if (Array.isArray(value)) {
    value.forEach((item, index) => checkValue(item, `${path}.${index}`, depthLeft - 1));
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      checkText(key, `${path} (key)`);
      const item = value[key];
      if (item !== undefined) checkValue(item, `${path}.${key}`, depthLeft - 1);
    }
  } else {
    throw new InvalidRequestError(clip(path), 'must be a JSON value');
  }
}

/** @throws InvalidRequestError for text that PostgreSQL cannot hold. */
export function checkText(text: string, path: string): void {
  if (text.includes(NUL)) throw new InvalidRequestError(clip(path), 'must not contain the NUL character');
  if (!text.isWellFormed()) throw new InvalidRequestError(clip(path), 'must not contain lone surrogates');
}

function checkNumber(value: number, path: string): void {
  if (!Number.isFinite(value)) throw new InvalidRequestError(clip(path), 'must be a finite number');
}

/** Shortens a path for an error message: it comes from the caller and may be a megabyte long. */
function clip(path: string): string {
  return path.length <= 200 ? path : `${path.slice(0, 200)}…`;
}
