import { fieldName, RequestLimits } from '@sfm/edge';
import { InvalidRequestError, parseJson, stringifyJson } from '@sfm/memory';
import { jsonBounds } from '../../json/json-bounds.js';
import { JsonScan, pathToEnd, type JsonBounds } from '../../json/json-scan.js';

/** Longest part of a parser's own words that is told. */
const MAX_REASON = 200;

const COUNTED = { maxValues: 'values', maxKeys: 'keys' } as const;

/** Reads JSON that travels as text in a field of a message. */
export class JsonText {
  private readonly bounds: JsonBounds;

  constructor({ bounds }: RequestLimits, maxMessageBytes: number) {
    this.bounds = jsonBounds(maxMessageBytes, bounds.maxDepth);
  }

  /** @throws InvalidRequestError naming the field, for text that is no JSON or too deep or made of too much */
  read(text: string, field: string): unknown {
    const bytes = Buffer.from(text);
    const excess = new JsonScan(this.bounds).feed(bytes);
    if (excess) {
      const path = pathToEnd(bytes.toString('utf8', 0, excess.at));
      const place = fieldName({ part: 'body', path: [field, ...path] });
      throw new InvalidRequestError(place, rule(excess.bound, this.bounds));
    }
    try {
      return parseJson(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message.slice(0, MAX_REASON) : '';
      throw new InvalidRequestError(field, `must be JSON: ${reason}`);
    }
  }
}

/** JSON as text, with numbers as they were written. */
export function jsonText(value: unknown): string {
  return stringifyJson(value);
}

function rule(bound: keyof JsonBounds, bounds: JsonBounds): string {
  if (bound === 'maxDepth') return `is nested too deeply: at most ${bounds.maxDepth} levels are allowed`;
  return `holds too many ${COUNTED[bound]}: at most ${bounds[bound]} are allowed`;
}
