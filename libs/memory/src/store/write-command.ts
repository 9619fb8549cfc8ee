import { v7 as uuidv7 } from 'uuid';
import { InvalidRequestError } from '../model/errors.js';
import { canonicalContentHash } from '../model/content-hash.js';
import { coordinateKey, toCoordinate } from '../model/coordinate.js';
import { toDouble } from '../model/json.js';
import { checkPayload } from '../model/payload.js';
import { scalarField, searchedText } from '../text/searched-text.js';
import type { WriteCommand } from './memory-writer.port.js';
import type { NewMemory, StoreLimits } from './store.types.js';
import type { PayloadFields } from '../model/payload-fields.js';
import type { Namespace } from '../model/namespace.js';
import { statedValidity } from '../model/validity.js';

const DECIMAL = /^\s*[-+]?(\d+(?:\.\d*)?|\.\d+)(e[-+]?\d+)?\s*$/i;

/**
 * Checks a new memory against the limits and derives everything the truth keeps about it.
 * `importanceNorm` is left at 0 for the caller to fill.
 *
 * @throws InvalidRequestError (or a kind of it) naming the field and what is allowed.
 */
export function toWriteCommand(
  namespace: Namespace,
  memory: NewMemory,
  { limits, fields }: { readonly limits: StoreLimits; readonly fields: PayloadFields },
): WriteCommand {
  const coordinate = toCoordinate(memory.coordinate, limits.maxDimensions);
  const payloadJson = checkPayload(memory.payload, limits);
  const importance = memory.importance ?? numericImportance(memory);
  if (importance !== null && !Number.isFinite(importance)) {
    throw new InvalidRequestError('importance', 'must be a finite number');
  }
  const key = coordinateKey(coordinate);
  const validity = statedValidity(key, { ...memory, supersedes: supersededKeys(memory, limits) }, new Date());
  return {
    namespace,
    coordinate,
    key,
    type: memory.type,
    payload: memory.payload,
    payloadJson,
    searchedText: searchedText(memory.payload, fields.text, () => payloadJson),
    session: scalarField(memory.payload, fields.session),
    importance,
    importanceNorm: 0,
    contentHash: canonicalContentHash(memory.type, importance, payloadJson),
    expiresAt: memory.expiresAt ?? null,
    ...(validity ? { validity } : {}),
    ...(memory.isTakenOver ? { isTakenOver: true } : {}),
    eventId: uuidv7(),
    ...(memory.expectedVersion === undefined ? {} : { expectedVersion: memory.expectedVersion }),
  };
}

/** @throws InvalidRequestError naming the place in the list */
function supersededKeys({ supersedes = [] }: NewMemory, { maxDimensions }: StoreLimits): string[] {
  return supersedes.map((coordinate, index) =>
    coordinateKey(toCoordinate(coordinate, maxDimensions, `supersedes.${index}`)),
  );
}

/** The payload's importance if it is a number, also one that is written as a text: clients send both. */
function numericImportance({ payload }: NewMemory): number | null {
  const { importance } = payload;
  if (typeof importance !== 'string') return toDouble(importance) ?? null;
  return DECIMAL.test(importance) && Number.isFinite(Number(importance)) ? Number(importance) : null;
}
