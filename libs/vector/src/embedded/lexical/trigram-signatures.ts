import { foldCase, JsonNumber, type JsonValue } from '@sfm/memory';

/** Words of 32 bits per slot. */
const WORDS = 24;
const BITS = WORDS * 32;
const GRAM = 3;
/** Payloads with more characters set every bit: they are always looked at. */
const MAX_CHARACTERS = 64 * 1024;

/** Bits that every text with the term has set: by word, and which of its bits. */
type Mask = readonly (readonly [word: number, bits: number])[];

/**
 * One signature per slot, in which each three characters of a payload's strings set two bits, case folded. A text that
 * contains a term has all bits of the term, and few others do, so nearly all are passed over without being read (signature
 * files: Faloutsos & Christodoulakis, "Signature files: an access method for documents", 1984).
 */
export class TrigramSignatures {
  #bits = new Uint32Array(0);
  #characters = new Float64Array(0);

  /** Records the payload of a slot. */
  put(slot: number, payload: JsonValue): void {
    this.#reserve(slot);
    const start = slot * WORDS;
    this.#bits.fill(0, start, start + WORDS);
    let characters = 0;
    for (const text of stringsOf(payload)) {
      characters += text.length;
      if (characters <= MAX_CHARACTERS) forEachBit(text, (word, bit) => (this.#bits[start + word]! |= bit));
    }
    if (characters > MAX_CHARACTERS) this.#bits.fill(0xffffffff, start, start + WORDS);
    this.#characters[slot] = characters;
  }

  /** The characters of the strings of a slot's payload. */
  charactersAt(slot: number): number {
    return this.#characters[slot] ?? 0;
  }

  /** Returns which slots may contain the term; undefined for a term too short to tell. */
  maybeHolding(term: string): ((slot: number) => boolean) | undefined {
    const mask = maskOf(term);
    if (mask.length === 0) return undefined;
    const bits = this.#bits;
    return (slot) => {
      const start = slot * WORDS;
      for (const [word, wanted] of mask) if ((bits[start + word]! & wanted) !== wanted) return false;
      return true;
    };
  }

  #reserve(slot: number): void {
    const held = this.#characters.length;
    if (slot < held) return;
    const slots = Math.max(64, slot + 1, Math.ceil(held * 1.5));
    const bits = new Uint32Array(slots * WORDS);
    bits.set(this.#bits);
    this.#bits = bits;
    const characters = new Float64Array(slots);
    characters.set(this.#characters);
    this.#characters = characters;
  }
}

function maskOf(term: string): Mask {
  const words = new Uint32Array(WORDS);
  forEachBit(term, (word, bit) => (words[word]! |= bit));
  // As numbers of 32 bits with a sign, which is what `&` gives.
  return [...words].flatMap((bits, word) => (bits === 0 ? [] : [[word, bits | 0] as const]));
}

function forEachBit(text: string, set: (word: number, bit: number) => void): void {
  const folded = foldCase(text);
  for (let from = 0; from + GRAM <= folded.length; from++) {
    const gram =
      (Math.imul(folded.charCodeAt(from), 0x9e3779b1) ^
        Math.imul(folded.charCodeAt(from + 1), 0x85ebca6b) ^
        Math.imul(folded.charCodeAt(from + 2), 0xc2b2ae35)) >>>
      0;
    for (const hash of [gram ^ (gram >>> 15), Math.imul(gram ^ (gram >>> 13), 0x27d4eb2d)]) {
      const bit = (hash >>> 4) % BITS;
      set(bit >>> 5, 1 << (bit & 31));
    }
  }
}

function* stringsOf(value: JsonValue): Generator<string> {
  if (typeof value === 'string') yield value;
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return;
  for (const item of Object.values(value)) yield* stringsOf(item);
}
