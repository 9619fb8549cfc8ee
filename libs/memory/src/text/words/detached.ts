/** From this length on, V8 represents a substring as a view of the whole text instead of a copy. */
const SHORTEST_VIEW = 13;

/** Returns a copy of the text, so that a word kept for long does not keep alive the whole text it was cut from. */
export function detached(text: string): string {
  return text.length < SHORTEST_VIEW ? text : structuredClone(text);
}
