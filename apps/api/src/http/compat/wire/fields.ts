import { comparedObject, COORDINATE_PATTERN, jsonObject } from '@sfm/edge';
import { isJsonObject, MEMORY_TYPES, parseJson, type JsonObject, type MemoryType } from '@sfm/memory';
import { z } from 'zod';

/**
 * Fields shared by several compatible routes. Existing clients write numbers and booleans as text, send `null` for "not
 * given" and types of their own: what can be meant by a value is read from it, as the reference implementation does.
 */

const INTEGER = String.raw`^ *[+-]?[0-9]+(\.0*)? *$`;
const NUMBER = String.raw`^ *[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})? *$`;
const TRUE = ['true', '1', 'yes', 'on', 't', 'y'];
const FALSE = ['false', '0', 'no', 'off', 'f', 'n'];
const SPELLINGS = [...TRUE, ...FALSE];

export const coordText = (description = 'Coordinate as text: numbers separated by commas.') =>
  z
    .string()
    .describe(description)
    .meta({ examples: ['1.0,2.0,3.0'] });

/** A coordinate in a request. The pattern is narrower than what is read: doubles are taken in any notation. */
export const coordField = (description?: string) => coordText(description).meta({ pattern: COORDINATE_PATTERN });

export const payloadField = () =>
  jsonObject('What is remembered: any JSON object.', { text: 'The kettle is in the blue cupboard', source: 'kitchen' });

export const typeField = (description: string) => z.string().nullish().describe(description);

export const typeFilterField = () =>
  typeField('Only memories of this type, `episodic` or `semantic`; empty or null for both.');

/** The same in a query string. */
export const typeParameter = () =>
  z.string().optional().describe('Only memories of this type, `episodic` or `semantic`; empty for both.');

/** A whole number, also as text. */
export const integerField = (otherwise: number, description: string) =>
  z
    .custom<number | string | null>((value) => value === null || isWhole(value), 'must be an integer')
    .optional()
    .transform((value) => (value === undefined || value === null ? otherwise : Number(value)))
    .meta({ type: ['integer', 'string', 'null'], pattern: INTEGER, default: otherwise, description });

export const topKField = (otherwise: number) => integerField(otherwise, TOP_K);

/** The same in a query string. */
export const topKParameter = (otherwise: number) => integerField(otherwise, TOP_K).meta({ type: 'integer' });

const TOP_K = 'How many memories to return; none for 0 and less, and never more than the configured maximum.';

/** A number, also as text. */
export const numberField = (otherwise: number, description: string) =>
  z
    .custom<number | string | null>((value) => value === null || isNumeric(value), 'must be a number')
    .optional()
    .transform((value) => (value === undefined || value === null ? otherwise : Number(value)))
    .meta({ type: ['number', 'string', 'null'], pattern: NUMBER, default: otherwise, description });

/** A boolean, also as text or as 1 and 0. */
export const flagField = (otherwise: boolean, description: string) =>
  z
    .custom<boolean | number | string | null>(
      (value) => value === null || isBooleanLike(value),
      'must be true or false',
    )
    .optional()
    .transform((value) => (value === undefined || value === null ? otherwise : toBoolean(value)))
    .meta({ enum: [true, false, null, ...SPELLINGS, 1, 0], default: otherwise, description });

const HYBRID = 'true: words and vectors; false or null: the configured default.';
export const hybridField = () => flagField(false, HYBRID);
export const hybridParameter = () => hybridField().meta({ enum: SPELLINGS, default: 'false' });

export const queryField = () =>
  z
    .string()
    .describe('What to look for, in plain words; cut to the configured maximum. Nothing is found for a blank one.')
    .meta({ examples: ['kettle'] });

export const termsField = () =>
  z
    .array(z.string())
    .nullish()
    .describe(
      'Words that must weigh extra; null for none. Empty ones, and more than the configured maximum, count for nothing.',
    );

const FILTERS = 'Only memories whose payload has these top-level values; `_keywords`: words that weigh extra.';

export const filtersField = () => comparedObject(FILTERS, { source: 'kitchen' }).nullish().describe(FILTERS);

/** Text where a filter was expected. */
export class UnreadableFilters {
  /** @param isCut the text begins as a filter does: the caller meant to leave something out. */
  constructor(readonly isCut: boolean) {}
}

/** Filters as JSON in a query string. */
export const filtersParameter = () =>
  z
    .string()
    .transform(readFilters)
    .optional()
    .meta({
      description: `${FILTERS} Written as JSON; text that is none is ignored.`,
      examples: ['{"source":"kitchen"}'],
    });

/** The last value of each parameter that a query string repeats. */
export const lastOfEach = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((query: unknown): unknown => {
    if (typeof query !== 'object' || query === null) return query;
    const single = (value: unknown): unknown => (Array.isArray(value) ? value.at(-1) : value);
    return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, single(value)]));
  }, schema);

/** The type to store, or to filter by where the reference reads every unknown type as `episodic`. */
export function storedType(type: string | null | undefined): MemoryType {
  return type === 'semantic' ? 'semantic' : 'episodic';
}

/** The type to filter by; undefined, meaning no filter, for a type that only clients know. */
export function typeOrNone(type: string | null | undefined): MemoryType | undefined {
  return MEMORY_TYPES.find((known) => known === type);
}

function readFilters(text: string): JsonObject | UnreadableFilters | null {
  if (text.trim() === '') return null;
  try {
    const value: unknown = parseJson(text);
    if (isJsonObject(value) || value === null) return value;
    return new UnreadableFilters(false);
  } catch {
    return new UnreadableFilters(text.trimStart().startsWith('{'));
  }
}

function isWhole(value: unknown): boolean {
  return typeof value === 'string' ? new RegExp(INTEGER).test(value) : Number.isInteger(value);
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'string' ? new RegExp(NUMBER).test(value) : Number.isFinite(value);
}

function isBooleanLike(value: unknown): boolean {
  const text = String(value).toLowerCase();
  return ['boolean', 'number', 'string'].includes(typeof value) && (TRUE.includes(text) || FALSE.includes(text));
}

function toBoolean(value: boolean | number | string): boolean {
  return TRUE.includes(String(value).toLowerCase());
}
