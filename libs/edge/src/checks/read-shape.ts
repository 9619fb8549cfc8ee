import { JsonNumber } from '@sfm/memory';
import type { z } from 'zod';
import { InvalidShapeError, type RequestPart } from './field-problem.js';
import { firstIssues, unknownFields, type FirstIssues } from './first-issues.js';
import { shapeProblems } from './shape-problems.js';

/** Most rounds in which numbers become doubles: parsing tells of the next when the one before is settled. */
const MAX_ROUNDS = 16;

/**
 * Checks a value against its schema and returns the typed value with defaults filled in. A number that the schema reads
 * itself is a double, however it was written (`1.0`); open JSON objects keep theirs as they are.
 *
 * @throws InvalidShapeError naming the first invalid fields, and how many others there are.
 */
export function readShape<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: RequestPart = 'body',
): z.output<Schema> {
  const unknown = unknownFields(schema, value);
  let given: unknown = unknown?.known ?? value;
  let faults = faultsOf(schema, given);
  for (let round = 0; faults && round < MAX_ROUNDS; round += 1) {
    const settled = faults.issues.filter(wantsDouble).reduce((root, { path }) => withDoubleAt(root, path), given);
    if (settled === given) break;
    given = settled;
    faults = faultsOf(schema, given);
  }
  if (faults || unknown) throw new InvalidShapeError(shapeProblems([faults, unknown], part));
  return schema.parse(given);
}

/** Undefined for a value that the schema takes. Unlike parsing, validating ends at the first thing that is wrong. */
function faultsOf(schema: z.ZodType, value: unknown): FirstIssues | undefined {
  return schema.validate(value) ? undefined : firstIssues(schema, value);
}

/** False when the schema wants a value of another kind, which is shown as it was written. */
function wantsDouble(issue: z.core.$ZodIssue): boolean {
  return issue.code !== 'invalid_type' || issue.expected === 'number' || issue.expected === 'int';
}

/** Returns a copy of the value with a double where the path ends at a `JsonNumber`; the value itself elsewhere. */
function withDoubleAt(value: unknown, path: readonly PropertyKey[]): unknown {
  if (value instanceof JsonNumber) return path.length === 0 ? Number(value.text) : value;
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return value;
  const member: unknown = Reflect.get(value, step);
  const settled = withDoubleAt(member, rest);
  if (settled === member) return value;
  return Array.isArray(value) ? value.with(Number(step), settled) : { ...value, [step]: settled };
}
