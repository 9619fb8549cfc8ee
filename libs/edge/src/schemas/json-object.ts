import { isJsonObject, type JsonObject } from '@sfm/memory';
import { z } from 'zod';

/** An open JSON object, passed through unchanged: the core checks depth, size and contents. */
export function jsonObject(description: string, example: JsonObject) {
  return z
    .custom<JsonObject>(isJsonObject, 'must be a JSON object')
    .meta({ type: 'object', additionalProperties: true, description, examples: [example] });
}
