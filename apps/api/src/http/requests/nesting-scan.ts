const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];

/** Most steps of a path that are told; the rest is the caller's own nesting. */
const MAX_STEPS = 4;
/** Longest key that is told, in UTF-16 code units. */
const MAX_KEY = 100;

/**
 * Follows how deep JSON text is nested while its bytes come in, so that a parser never sees what is too deep. Text that
 * is no JSON is left to the parser.
 */
export class NestingScan {
  private depth = 0;
  private inString = false;
  private isEscaped = false;

  constructor(private readonly maxDepth: number) {}

  /** Reads on. Returns the index of the first byte in the chunk that opens a level too many. */
  feed(chunk: Uint8Array): number | undefined {
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index];
      if (this.isEscaped) this.isEscaped = false;
      else if (this.inString) {
        if (byte === QUOTE) this.inString = false;
        else if (byte === BACKSLASH) this.isEscaped = true;
      } else if (byte === QUOTE) this.inString = true;
      else if (byte === OPENING[0] || byte === OPENING[1]) {
        this.depth += 1;
        if (this.depth > this.maxDepth) return index;
      } else if (byte === CLOSING[0] || byte === CLOSING[1]) this.depth -= 1;
    }
    return undefined;
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
