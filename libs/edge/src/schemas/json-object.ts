import { isJsonObject, type JsonObject } from '@sfm/memory';
import { z } from 'zod';

/** Component of the API document: any JSON value that can be kept. */
export const STORABLE_VALUE = { $ref: '#/components/schemas/JsonValue' };

const NO_NUL = { type: 'string' as const, pattern: String.raw`^[^\u0000]*$` };

/** Members of an object that can be kept. */
export const STORABLE_MEMBERS = { propertyNames: NO_NUL, additionalProperties: STORABLE_VALUE };

/** For the API document; `checkPayload` in the core checks the same, depth and size too. */
export const JSON_VALUE = {
  description: 'Any JSON value; texts and names without NUL and half surrogate pairs.',
  anyOf: [
    NO_NUL,
    { type: 'number' },
    { type: ['boolean', 'null'] },
    { type: 'array', items: STORABLE_VALUE },
    { type: 'object', ...STORABLE_MEMBERS },
  ],
};

/** An open JSON object, passed through unchanged: the core checks depth, size and contents. */
export function jsonObject(description: string, example: JsonObject) {
  return z
    .custom<JsonObject>(isJsonObject, 'must be a JSON object')
    .meta({ type: 'object', ...STORABLE_MEMBERS, description, examples: [example] });
}

/** The same for what is only compared with memories, so that contents which no memory has are no error. */
export function comparedObject(description: string, example: JsonObject) {
  return jsonObject(description, example).meta({
    type: 'object',
    propertyNames: undefined,
    additionalProperties: true,
    description,
    examples: [example],
  });
}
