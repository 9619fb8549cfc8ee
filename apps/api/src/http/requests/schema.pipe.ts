import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { InvalidShapeError, type RequestPart } from './field-problem.js';
import { shapeProblems } from './shape-problems.js';

/**
 * Checks one part of a request against its schema and hands on the typed value, defaults filled in.
 *
 * @throws InvalidShapeError naming every field that is wrong.
 */
export class SchemaPipe<Schema extends z.ZodType> implements PipeTransform<unknown, z.output<Schema>> {
  constructor(
    private readonly schema: Schema,
    private readonly part: RequestPart = 'body',
  ) {}

  transform(value: unknown): z.output<Schema> {
    const result = this.schema.safeParse(value);
    if (result.success) return result.data;
    throw new InvalidShapeError(shapeProblems(this.issuesOf(value), this.part));
  }

  /** With the values that were sent. Asked for at once they would make a value that is allowed cost ten times as much. */
  private issuesOf(value: unknown): readonly z.core.$ZodIssue[] {
    return this.schema.safeParse(value, { reportInput: true }).error?.issues ?? [];
  }
}
