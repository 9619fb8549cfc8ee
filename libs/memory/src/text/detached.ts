/** From this length on V8 makes a part of a text a view of it instead of a copy. */
const SHORTEST_VIEW = 13;

/**
 * The same text, on its own: a word that is kept for long must not keep the whole text alive that it was cut from.
 */
export function detached(text: string): string {
  return text.length < SHORTEST_VIEW ? text : structuredClone(text);
}
