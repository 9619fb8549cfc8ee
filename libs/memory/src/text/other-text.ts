import type { JsonObject } from '../model/json.js';
import { scalarsOf } from './scalars.js';

/**
 * Returns what a payload holds beside its text: the strings and numbers of all other fields, at any depth, a line each. They
 * are found too, and count less. What the text holds already, line by line, is left out.
 *
 * @param text see `searchedText`
 */
export function otherText(payload: JsonObject, text: string): string {
  const lines = new Set(text.split('\n'));
  const others: string[] = [];
  for (const value of scalarsOf(payload)) {
    const isKnown = value.split('\n').every((line) => lines.has(line));
    if (!isKnown) others.push(value.toWellFormed());
  }
  return others.join('\n');
}
