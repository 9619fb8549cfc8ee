import { InvalidRequestError, parseJson, stringifyJson } from '@sfm/memory';

const BEYOND_ASCII = /[\u0080-\uffff]/g;

/** Returns a value as compact JSON of ASCII characters, in bytes; numbers as they were written. */
export function serialize(value: unknown): Uint8Array {
  const text = stringifyJson(value).replace(
    BEYOND_ASCII,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new TextEncoder().encode(text);
}

/** @throws SomaFractalMemoryError for bytes that are not JSON in UTF-8; undefined stays undefined */
export function deserialize(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return undefined;
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new InvalidRequestError('bytes', 'must be JSON in UTF-8');
  }
}
