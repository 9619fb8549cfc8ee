const SPACE = /[ \t\n\r]/g;

/**
 * Cuts a text into consecutive portions that each end behind a space, at the first one after the given number of
 * characters: no word is cut, so the words of the portions are the words of the text.
 */
export function* portionsOf(text: string, characters: number): Generator<string> {
  let start = 0;
  while (text.length - start > characters) {
    SPACE.lastIndex = start + characters;
    if (!SPACE.test(text)) break;
    // Read before the yield: until it goes on, others cut other texts with the same expression.
    const end = SPACE.lastIndex;
    yield text.slice(start, end);
    start = end;
  }
  yield text.slice(start);
}
