const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];

/** Most steps of a path that are told; the rest is the caller's own nesting. */
const MAX_STEPS = 4;
/** Longest key that is told, in UTF-16 code units. */
const MAX_KEY = 100;

/** How much JSON text may be made of, whatever its size. */
export interface JsonBounds {
  /** Deepest nesting of objects and lists. */
  readonly maxDepth: number;
  /** Most values, those in objects and lists and these themselves. */
  readonly maxValues: number;
  /** Most keys of all objects together: each costs a parser several times what a value does. */
  readonly maxKeys: number;
}

/** The bound that a text exceeds, and the index of the byte that does. */
export interface Excess {
  readonly bound: keyof JsonBounds;
  readonly at: number;
}

/**
 * Follows how deep JSON text is nested and how many values and keys it has while its bytes come in, so that a parser never
 * sees what would keep it busy for long. Text that is no JSON is left to the parser.
 */
export class JsonScan {
  private depth = 0;
  private values = 1;
  private keys = 0;
  private inString = false;
  private isEscaped = false;

  constructor(private readonly bounds: JsonBounds) {}

  /** Reads on. Returns the first excess in the chunk. */
  feed(chunk: Uint8Array): Excess | undefined {
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.isEscaped) this.isEscaped = false;
      else if (this.inString) {
        if (byte === QUOTE) this.inString = false;
        else if (byte === BACKSLASH) this.isEscaped = true;
      } else if (byte === QUOTE) this.inString = true;
      else if (byte === COMMA) this.values += 1;
      else if (byte === COLON) this.keys += 1;
      else if (byte === OPENING[0] || byte === OPENING[1]) {
        this.depth += 1;
        this.values += 1;
      } else if (byte === CLOSING[0] || byte === CLOSING[1]) this.depth -= 1;
      else continue;
      const bound = this.exceeded();
      if (bound !== undefined) return { bound, at };
    }
    return undefined;
  }

  private exceeded(): keyof JsonBounds | undefined {
    const { maxDepth, maxValues, maxKeys } = this.bounds;
    if (this.depth > maxDepth) return 'maxDepth';
    if (this.values > maxValues) return 'maxValues';
    return this.keys > maxKeys ? 'maxKeys' : undefined;
  }
}

/**
 * Returns the first steps of the path to the end of a JSON text that was cut in the middle, outside of strings:
 * `['items', 3, 'payload']`. None when the text is no object.
 */
export function pathToEnd(text: string): (string | number)[] {
  const steps: (string | number)[] = [];
  let depth = 0;
  let lastString = '';
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    const step = depth <= MAX_STEPS ? steps[depth - 1] : undefined;
    if (character === '"') {
      const end = endOfString(text, index);
      if (depth <= MAX_STEPS) lastString = text.slice(index, end);
      index = end - 1;
    } else if (character === '{' || character === '[') {
      if (depth === 0 && character === '[') return [];
      if (depth < MAX_STEPS) steps[depth] = character === '[' ? 0 : '';
      depth += 1;
    } else if (character === '}' || character === ']') {
      depth -= 1;
      steps.length = Math.max(0, Math.min(steps.length, depth));
    } else if (character === ',' && typeof step === 'number') steps[depth - 1] = step + 1;
    else if (character === ':' && typeof step === 'string') steps[depth - 1] = keyOf(lastString);
  }
  return steps;
}

/** Returns the index after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index + 1;
}

function keyOf(quoted: string): string {
  try {
    return String(JSON.parse(quoted)).slice(0, MAX_KEY);
  } catch {
    return '';
  }
}
