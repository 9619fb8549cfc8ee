import { isJsonObject, parseJson, type JsonObject } from '@sfm/memory';
import { z } from 'zod';

const INTEGER = /^[+-]?\d{1,15}$/;

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

/** A version in a query string, which must be there. */
export function queryVersion(description: string) {
  return z
    .custom<string>((text) => typeof text === 'string' && /^[1-9]\d{0,9}$/.test(text), 'must be a version, from 1')
    .transform(Number)
    .meta({ type: 'integer', minimum: 1, maximum: 2_147_483_647, description, examples: [1] });
}

/** `true` or `false` in a query string. */
export function queryBoolean(description: string) {
  return z
    .enum(['true', 'false'], 'must be true or false')
    .optional()
    .transform((text) => text === 'true')
    .meta({ type: 'string', enum: ['true', 'false'], description: `${description} Default false.` });
}

/** A JSON object written into a query string. @param contentSchema of the object, for the API document */
export function queryJsonObject(description: string, contentSchema: Readonly<Record<string, unknown>>) {
  return z
    .string()
    .transform((text, context): JsonObject => {
      const value = tryJson(text);
      if (isJsonObject(value)) return value;
      context.addIssue({ code: 'custom', message: 'must be a JSON object, written as JSON', input: text });
      return z.NEVER;
    })
    .optional()
    .meta({ description, contentMediaType: 'application/json', contentSchema });
}

function tryJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
