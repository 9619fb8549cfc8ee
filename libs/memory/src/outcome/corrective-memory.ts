import { hash } from 'node:crypto';
import { identityJson } from '../model/content-hash.js';
import type { Coordinate } from '../model/coordinate.js';
import { InvalidRequestError } from '../model/errors.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import type { Memory } from '../model/memory.js';
import { checkPayload, type PayloadLimits } from '../model/payload.js';

/** Of a link that leads from a corrective memory to the one that was wrong. */
export const CORRECTS = 'corrects';

const SPAN = 2 ** 52;
/** Hexadecimal digits of a number up to `SPAN`. */
const DIGITS = 13;

/**
 * Returns where the correction of a memory is kept: far from coordinates that callers count from zero, in as many
 * dimensions, and at the same place whoever reports the same outcome of the same memory, however often.
 *
 * @param attempt from 0: another place, for when something else lives there
 */
export function correctivePlace(memory: Memory, outcome: JsonValue, attempt: number): Coordinate {
  const identity = `${memory.namespace}\n${memory.key}\n${memory.id}\n${identityJson(outcome)}\n${attempt}`;
  return memory.coordinate.map((_, dimension) => {
    const digest = hash('sha256', `${dimension}\n${identity}`, 'hex');
    return SPAN + Number.parseInt(digest.slice(0, DIGITS), 16) / 2;
  });
}

/**
 * Returns what a corrective memory says. It quotes the original as far as a payload has room for it: the link leads to all
 * of it.
 */
export function correction(memory: Memory, outcome: JsonValue, at: Date, limits: PayloadLimits): JsonObject {
  const said: JsonObject = {
    corrective_for: [...memory.coordinate],
    correction: outcome,
    timestamp: at.getTime() / 1000,
  };
  const whole = { ...said, original_payload: memory.payload };
  try {
    checkPayload(whole, limits);
    return whole;
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    return said;
  }
}

/** True for a memory that corrects the other one with this outcome. */
export function isCorrectionOf({ payload }: Memory, memory: Memory, outcome: JsonValue): boolean {
  const { corrective_for: source, correction: said } = payload;
  if (source === undefined || said === undefined) return false;
  return identityJson(source) === identityJson([...memory.coordinate]) && identityJson(said) === identityJson(outcome);
}
