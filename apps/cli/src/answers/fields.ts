import { isJsonObject, isNumber, JsonNumber, parseJson, type JsonObject, type JsonValue } from '@sfm/memory';
import { CommandError, EXIT } from '../ending/exit-codes.js';

/** Reads an option that must be a JSON object. @throws CommandError naming it */
export function objectOption(option: string, text: string): JsonObject {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    value = undefined;
  }
  if (isJsonObject(value)) return value;
  throw new CommandError(EXIT.usage, `${option} must be a JSON object, such as '{"text": "The kettle boils"}'`);
}

/** The objects of a list in an answer. */
export function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export function objectIn(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function numberIn(value: JsonValue | undefined): number {
  if (value instanceof JsonNumber) return Number(value.text);
  return typeof value === 'number' ? value : 0;
}

/** A coordinate of an answer in its text form. */
export function coordinateText(value: JsonValue | undefined): string {
  return Array.isArray(value) ? value.map((part) => numberText(part)).join(',') : '';
}

/** Coordinates as the reference writes them: every number has a fraction. */
export function coordinateLists(values: readonly JsonValue[]): string {
  const lists = values.map((value) => (Array.isArray(value) ? `[${value.map(floatText).join(', ')}]` : '[]'));
  return `[${lists.join(', ')}]`;
}

/** What a payload says, as far as there is room. */
export function excerptOf(payload: JsonValue | undefined, length = 60): string {
  const { text, task, fact } = objectIn(payload);
  const said = [text, task, fact].find((value) => typeof value === 'string');
  const whole = typeof said === 'string' ? said : JSON.stringify(payload ?? null);
  return whole.length <= length ? whole : `${whole.slice(0, length - 1)}…`;
}

function numberText(value: JsonValue): string {
  return value instanceof JsonNumber ? value.text : String(isNumber(value) ? value : '');
}

function floatText(value: JsonValue): string {
  const text = numberText(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
