import type { z } from 'zod';
import { InvalidShapeError, type RequestPart } from './field-problem.js';
import { shapeProblems } from './shape-problems.js';

/**
 * Checks a value against its schema and returns the typed value with defaults filled in.
 *
 * @throws InvalidShapeError naming every invalid field.
 */
export function readShape<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: RequestPart = 'body',
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // Parsed again only on failure: `reportInput` would make parsing a valid value ten times as slow.
  const issues = schema.safeParse(value, { reportInput: true }).error?.issues ?? [];
  throw new InvalidShapeError(shapeProblems(issues, part));
}
