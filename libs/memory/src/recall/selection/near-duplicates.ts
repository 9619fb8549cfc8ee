import { wordsInOrder } from '../../text/text-analyzer.js';

/** Words in a row that are compared as one. */
const SHINGLE_WORDS = 3;
/** Characters of a text that are compared. */
const MAX_CHARACTERS = 64 * 1024;
/** Shingles of a text that are kept: the ones with the smallest hashes, a sample that is the same for every text. */
const SKETCH_SIZE = 256;

/** What is compared of a text: hashes of its shingles, ascending, each once. */
export type Sketch = readonly number[];

/**
 * Returns the sketch of a text: its runs of three words (all its words where they are fewer), in lower case and without
 * punctuation. Texts of up to 256 different runs are compared exactly, longer ones by a sample of that size.
 *
 * Source: Broder, "On the resemblance and containment of documents" (1997): shingles, and bottom-k sketches of them.
 */
export function sketchOf(text: string): Sketch {
  const words = wordsInOrder(text.slice(0, MAX_CHARACTERS));
  const size = Math.min(SHINGLE_WORDS, words.length);
  const hashes = new Set<number>();
  for (let from = 0; size > 0 && from + size <= words.length; from += 1) {
    hashes.add(hash(words.slice(from, from + size).join(' ')));
  }
  return [...hashes].sort((a, b) => a - b).slice(0, SKETCH_SIZE);
}

/**
 * Returns the share of shingles that two texts have in common (Jaccard), 0 to 1: exact while both have at most 256, an
 * estimate beyond. Texts without words share nothing.
 */
export function similarity(a: Sketch, b: Sketch): number {
  const isSampled = a.length === SKETCH_SIZE || b.length === SKETCH_SIZE;
  const most = isSampled ? SKETCH_SIZE : Infinity;
  let [i, j, shared, seen] = [0, 0, 0, 0];
  // Of a sample only the smallest of both together are comparable: of larger ones, one text may have left some out.
  while (seen < most && (i < a.length || j < b.length)) {
    const [x, y] = [a[i] ?? Infinity, b[j] ?? Infinity];
    if (x === y) shared += 1;
    if (x <= y) i += 1;
    if (y <= x) j += 1;
    seen += 1;
  }
  return seen === 0 ? 0 : shared / seen;
}

/** FNV-1a over UTF-16 units, finished by the mixer of MurmurHash3: 32 bits, evenly spread. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
