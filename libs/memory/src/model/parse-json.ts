import { JsonNumber, NUMBER_MARK } from './json-number.js';

const BLANKS_AND_COLON = /[ \t\r\n]*:/y;
const BACKSLASH = 0x5c;
const QUOTE_OR_NUMBER = /"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Only text with one of these can have a number that a double would write differently. */
const SUSPICIOUS = /\d[.eE]|\d{15}|-0/;
/** Integers of fewer characters are doubles, written as a double is written. */
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
  const parts: string[] = [];
  let copied = 0;
  QUOTE_OR_NUMBER.lastIndex = 0;
  for (let match = QUOTE_OR_NUMBER.exec(text); match; match = QUOTE_OR_NUMBER.exec(text)) {
    const [token] = match;
    if (token === '"') QUOTE_OR_NUMBER.lastIndex = endOfString(text, match.index);
    else if (!isWrittenByDouble(token) && !isBeforeColon(text, QUOTE_OR_NUMBER.lastIndex)) {
      parts.push(text.slice(copied, match.index), '"', NUMBER_MARK, token, '"');
      copied = QUOTE_OR_NUMBER.lastIndex;
    }
  }
  return parts.length === 0 ? undefined : parts.join('') + text.slice(copied);
}

function isWrittenByDouble(token: string): boolean {
  if (token.length < SURELY_EXACT && token !== '-0' && !/[.eE]/.test(token)) return true;
  return String(Number(token)) === token;
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
  const whole = { root };
  const waiting: object[] = [whole];
  for (let holder = waiting.pop(); holder; holder = waiting.pop()) {
    for (const [key, value] of Object.entries(holder) as Iterable<[string, unknown]>) {
      if (typeof value === 'object' && value !== null) waiting.push(value);
      else if (typeof value === 'string' && value.startsWith(NUMBER_MARK)) {
        // Not an assignment: one to `__proto__` would change the prototype.
        Object.defineProperty(holder, key, { ...PLAIN, value: new JsonNumber(value.slice(NUMBER_MARK.length)) });
      }
    }
  }
  return whole.root;
}

const PLAIN = { configurable: true, enumerable: true, writable: true };
