import { isJsonObject, parseJson, type JsonObject } from '@sfm/memory';
import { z } from 'zod';

const INTEGER = /^[+-]?\d{1,15}$/;
const TRUE = new Set(['true', '1', 'yes', 'on']);
const FALSE = new Set(['false', '0', 'no', 'off']);

/** An integer in a query string, at least `least`. */
export function queryInteger(description: string, { least, otherwise }: { least: number; otherwise: number }) {
  return z
    .custom<string>((text) => typeof text === 'string' && INTEGER.test(text), 'must be an integer')
    .transform(Number)
    .refine((value) => value >= least, `must be at least ${least}`)
    .optional()
    .transform((value) => value ?? otherwise)
    .meta({ type: 'integer', minimum: least, description: `${description} Default ${otherwise}.` });
}

/** A boolean in a query string: true/1/yes/on or false/0/no/off; absent is undefined. */
export function queryBoolean(description: string) {
  return z
    .custom<string>(
      (text) => typeof text === 'string' && (TRUE.has(text.toLowerCase()) || FALSE.has(text.toLowerCase())),
      'must be true or false',
    )
    .transform((text) => TRUE.has(text.toLowerCase()))
    .optional()
    .meta({ type: 'boolean', description });
}

/** A JSON object written into a query string. */
export function queryJsonObject(description: string, example: string) {
  return z
    .string()
    .transform((text, context): JsonObject => {
      const value = tryJson(text);
      if (isJsonObject(value)) return value;
      context.addIssue({ code: 'custom', message: 'must be a JSON object, written as JSON', input: text });
      return z.NEVER;
    })
    .optional()
    .meta({ description, examples: [example] });
}

function tryJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
