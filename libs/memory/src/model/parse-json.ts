import { JsonNumber, NUMBER_MARK } from './json-number.js';

const BLANKS_AND_COLON = /[ \t\r\n]*:/y;
const BACKSLASH = 0x5c;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const QUOTE = 0x22;
const [ZERO, NINE, POINT, MINUS, PLUS, SMALL_E, LARGE_E] = [0x30, 0x39, 0x2e, 0x2d, 0x2b, 0x65, 0x45];
/** Only text with one of these can have a number that a double would write differently. */
const SUSPICIOUS = /\d[.eE]|\d{15}|-0/;
/** Numbers of fewer characters have at most 15 digits, which every double keeps. */
const SURELY_EXACT = 16;

/**
 * `JSON.parse`, with every number that a double would write differently as a `JsonNumber`. Such numbers are handed to
 * the parser as marked texts, and unmarked afterwards: the syntax is the parser's own, whatever the depth, and a key
 * such as `__proto__` is an ordinary key.
 *
 * @throws SyntaxError as `JSON.parse` does
 */
export function parseJson(text: string): unknown {
  const marked = SUSPICIOUS.test(text) ? markNumbers(text) : undefined;
  if (marked === undefined) return JSON.parse(text);
  let value: unknown;
  try {
    value = JSON.parse(marked);
  } catch {
    // Fails at the position in the caller's own text.
    return JSON.parse(text);
  }
  return unmark(value);
}

/** Returns undefined when the text has no number to mark. */
function markNumbers(text: string): string | undefined {
  let marked = '';
  let copied = 0;
  for (let index = 0; index < text.length;) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = endOfString(text, index);
    } else if (code === MINUS || isDigit(code)) {
      const end = endOfNumber(text, index);
      if (!isSurelyWritten(text, index, end)) {
        const token = text.slice(index, end);
        if (NUMBER.test(token) && String(Number(token)) !== token && !isBeforeColon(text, end)) {
          marked += `${text.slice(copied, index)}"${NUMBER_MARK}${token}"`;
          copied = end;
        }
      }
      index = end;
    } else {
      index += 1;
    }
  }
  return copied === 0 ? undefined : marked + text.slice(copied);
}

/** Returns the index after the characters that a number may have, from one of them on. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && isOfNumber(text.charCodeAt(end))) end += 1;
  return end;
}

/**
 * Whether a double is certainly written as this text: short integers, and short decimals that neither end in a zero nor
 * are written with an exponent. True for texts that are no numbers at all as well: those the parser refuses.
 */
function isSurelyWritten(text: string, start: number, end: number): boolean {
  if (end - start >= SURELY_EXACT) return false;
  let hasPoint = false;
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code === POINT) hasPoint = true;
    else if (code === MINUS ? index > start : !isDigit(code)) return false;
  }
  const first = text.charCodeAt(start) === MINUS ? start + 1 : start;
  if (!hasPoint) return first === start || text.charCodeAt(first) !== ZERO;
  return text.charCodeAt(end - 1) !== ZERO && !text.startsWith('0.00000', first);
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

function isOfNumber(code: number): boolean {
  return isDigit(code) || code === POINT || code === MINUS || code === PLUS || code === SMALL_E || code === LARGE_E;
}

/** A number in the place of a key is an error, and must stay one. */
function isBeforeColon(text: string, index: number): boolean {
  BLANKS_AND_COLON.lastIndex = index;
  return BLANKS_AND_COLON.test(text);
}

/** Returns the index after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end + 1;
}

function isEscaped(text: string, index: number): boolean {
  let before = index - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (index - before) % 2 === 0;
}

/** Walks without recursion: the value may be nested deeper than the stack. */
function unmark(root: unknown): unknown {
  const whole = [root];
  const waiting: object[] = [whole];
  for (let holder = waiting.pop(); holder; holder = waiting.pop()) {
    if (Array.isArray(holder)) {
      const items: unknown[] = holder;
      for (let index = 0; index < items.length; index += 1) {
        const value = items[index];
        if (isHolder(value)) waiting.push(value);
        else if (isMarked(value)) items[index] = unmarked(value);
      }
      continue;
    }
    for (const key of Object.keys(holder)) {
      const value: unknown = Reflect.get(holder, key);
      if (isHolder(value)) waiting.push(value);
      // Not an assignment: one to `__proto__` would change the prototype.
      else if (isMarked(value)) Object.defineProperty(holder, key, { ...PLAIN, value: unmarked(value) });
    }
  }
  return whole[0];
}

const PLAIN = { configurable: true, enumerable: true, writable: true };

function isHolder(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isMarked(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith(NUMBER_MARK);
}

function unmarked(value: string): JsonNumber {
  return new JsonNumber(value.slice(NUMBER_MARK.length));
}
