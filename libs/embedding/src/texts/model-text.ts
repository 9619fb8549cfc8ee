/** Longest text worth handing to a model, in characters: no model reads more of one text. */
export const MAX_MODEL_CHARACTERS = 100_000;

/** Returns the beginning of a text, never ending in half a character. */
export function beginningOf(text: string, characters: number): string {
  return text.length <= characters ? text : text.slice(0, characters).toWellFormed();
}
