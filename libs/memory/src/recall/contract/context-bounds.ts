import { InvalidRequestError } from '../../model/errors.js';
import type { JsonObject } from '../../model/json.js';
import { checkJson } from '../../model/payload.js';

/** Bounds of a recall's context: every candidate is compared with each of its values. */
export const CONTEXT_BOUNDS = {
  /** Top-level keys. */
  maxKeys: 256,
  maxDepth: 500,
  /** UTF-8 bytes of its JSON text. */
  maxBytes: 256 * 1024,
} as const;

/**
 * @param field the name of the context in the request
 * @throws InvalidRequestError naming the bound that the context exceeds, or the value that no payload can have
 */
export function checkContext(context: JsonObject, field = 'context'): void {
  const { maxKeys, ...limits } = CONTEXT_BOUNDS;
  const { length } = Object.keys(context);
  if (length > maxKeys) throw new InvalidRequestError(field, `must have at most ${maxKeys} keys, got ${length}`);
  checkJson(context, { path: field, limits });
}
