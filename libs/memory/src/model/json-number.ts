import { randomBytes } from 'node:crypto';

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Marks the text of a number among texts. Random, so that no caller can write it. */
export const NUMBER_MARK = `~${randomBytes(9).toString('base64url')}`;
const MARKED = new RegExp(`"${NUMBER_MARK}([^"]+)"`, 'g');

let isWriting = false;
let written = 0;

/**
 * A JSON number as it was written, where a double would be written differently: `1.0`, `-0`, `6.02E+23`,
 * `1234567890123456789`, `1e400`. Every other number of a JSON value is a plain `number`.
 */
export class JsonNumber {
  /** @throws SyntaxError for text that is not a JSON number */
  constructor(readonly text: string) {
    if (!JSON_NUMBER.test(text)) throw new SyntaxError('not a JSON number');
  }

  /** The nearest finite double. */
  get nearest(): number {
    return Math.min(Math.max(Number(this.text), -Number.MAX_VALUE), Number.MAX_VALUE);
  }

  toString(): string {
    return this.text;
  }

  /** `JSON.stringify` can only write the nearest double; `stringifyJson` writes the text. */
  toJSON(): number | string {
    if (!isWriting) return this.nearest;
    written += 1;
    return NUMBER_MARK + this.text;
  }
}

/**
 * `JSON.stringify`, with every `JsonNumber` as it was written. Costs nothing more for values without one.
 *
 * @param indent blanks per level; one line when left out
 */
export function stringifyJson(value: unknown, indent?: number): string {
  isWriting = true;
  written = 0;
  try {
    const json = JSON.stringify(value, null, indent);
    return written === 0 ? json : json.replaceAll(MARKED, '$1');
  } finally {
    isWriting = false;
  }
}
