import type { PipeTransform } from '@nestjs/common';
import { readShape, type RequestPart } from '@sfm/edge';
import type { z } from 'zod';

/** `readShape` for one part of a request. */
export class SchemaPipe<Schema extends z.ZodType> implements PipeTransform<unknown, z.output<Schema>> {
  constructor(
    private readonly schema: Schema,
    private readonly part: RequestPart = 'body',
  ) {}

  /** @throws InvalidShapeError naming every field that is wrong. */
  transform(value: unknown): z.output<Schema> {
    return readShape(this.schema, value, this.part);
  }
}
