import type { z } from 'zod';
import { InvalidShapeError, type RequestPart } from './field-problem.js';
import { shapeProblems } from './shape-problems.js';

/**
 * Checks a value against its schema and hands on the typed value, defaults filled in.
 *
 * @throws InvalidShapeError naming every field that is wrong.
 */
export function readShape<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: RequestPart = 'body',
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // Asked for at once, the values that were sent would make one that is allowed cost ten times as much.
  const issues = schema.safeParse(value, { reportInput: true }).error?.issues ?? [];
  throw new InvalidShapeError(shapeProblems(issues, part));
}
