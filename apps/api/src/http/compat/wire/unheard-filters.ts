import { UseInterceptors, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { InvalidRequestError, isJsonObject } from '@sfm/memory';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import type { z } from 'zod';

/** Names under which clients send what results are to be restricted to. */
const NAMES = ['filter', 'filters'];

/**
 * Refuses filters that a route does not have: ignored as other unknown fields are, they would widen what was asked for.
 * Runs before anything of the request is read.
 */
class UnheardFilters implements NestInterceptor {
  constructor(private readonly heard: readonly string[]) {}

  /** @throws InvalidRequestError naming the field, and what the route has instead */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { query, body } = context.switchToHttp().getRequest<FastifyRequest>();
    for (const part of [query, body]) {
      const unheard = NAMES.find((name) => !this.heard.includes(name) && says(part, name));
      if (unheard !== undefined) throw new InvalidRequestError(unheard, this.instead);
    }
    return next.handle();
  }

  private get instead(): string {
    const [own] = this.heard;
    return own === undefined
      ? 'is not allowed: this route has no filters; POST /v1/recall has'
      : `must be named "${own}" here`;
  }
}

/** Applies `UnheardFilters` to a route whose body and query have these schemas. */
export function refusesUnheardFilters(...schemas: readonly (z.ZodType | undefined)[]): MethodDecorator {
  const fields = schemas.flatMap((schema) => (isObjectSchema(schema) ? Object.keys(schema.shape) : []));
  return UseInterceptors(new UnheardFilters(NAMES.filter((name) => fields.includes(name))));
}

function says(part: unknown, name: string): boolean {
  if (typeof part !== 'object' || part === null || !Object.hasOwn(part, name)) return false;
  const value: unknown = Object.entries(part).find(([key]) => key === name)?.[1];
  if (value === null || value === undefined || value === '') return false;
  return !isJsonObject(value) || Object.keys(value).length > 0;
}

function isObjectSchema(schema: z.ZodType | undefined): schema is z.ZodObject {
  return schema !== undefined && 'shape' in schema;
}
