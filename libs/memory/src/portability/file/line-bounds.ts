import { InvalidRequestError } from '../../model/errors.js';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [LIST, OBJECT, LIST_END, OBJECT_END] = [0x5b, 0x7b, 0x5d, 0x7d];
/** Levels of a record around what the limit of payloads is about. */
const LEVELS_AROUND = 8;
/** As many as a request may have that stores the largest payload. */
const VALUES_PER_MB = 60_000;
const KEYS_PER_MB = 20_000;

/** What the JSON of one record may be made of, whatever its size: a parser is busy for long with what is more. */
export interface LineBounds {
  readonly maxDepth: number;
  readonly maxValues: number;
  readonly maxKeys: number;
}

/** Returns the bounds of a record that holds a payload. */
export function lineBounds(payload: { readonly maxBytes: number; readonly maxDepth: number }): LineBounds {
  const megabytes = Math.ceil(payload.maxBytes / 2 ** 20);
  return {
    maxDepth: payload.maxDepth + LEVELS_AROUND,
    maxValues: megabytes * VALUES_PER_MB,
    maxKeys: megabytes * KEYS_PER_MB,
  };
}

/** Text that is no JSON is left to the parser. @throws InvalidRequestError for text that is made of too much */
export function assertBounded(text: string, { maxDepth, maxValues, maxKeys }: LineBounds): void {
  let [depth, values, keys] = [0, 1, 0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COMMA) values += 1;
    else if (code === COLON) keys += 1;
    else if (code === LIST || code === OBJECT) {
      depth += 1;
      values += 1;
      if (depth > maxDepth) throw new InvalidRequestError('line', `must be nested at most ${maxDepth} levels deep`);
    } else if (code === LIST_END || code === OBJECT_END) depth -= 1;
    if (values > maxValues) throw new InvalidRequestError('line', `must hold at most ${maxValues} values`);
    if (keys > maxKeys) throw new InvalidRequestError('line', `must hold at most ${maxKeys} keys`);
  }
}

/** Returns the index of the quotation mark that ends the string. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
