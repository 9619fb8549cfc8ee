import { applyDecorators } from '@nestjs/common';
import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import { documented, type OperationDoc } from '../../openapi/operation.js';
import { refusesUnheardFilters } from './unheard-filters.js';

const FieldDetailSchema = apiSchema(
  'FieldDetail',
  z
    .object({
      type: z.string().describe('Kind of problem, e.g. `missing` or `string_type`.'),
      loc: z.array(z.union([z.string(), z.int()])).describe('Where: part of the request, then the path of the field.'),
      msg: z.string().describe('What is wrong and what would be allowed.'),
      input: z
        .unknown()
        .describe('The value that was sent, shortened; null when there was none.')
        .meta({ examples: [null] }),
      ctx: z.record(z.string(), z.unknown()).optional().describe('Limits that the message speaks of.'),
    })
    .describe('One field of a request that is not allowed.'),
);

export const DetailSchema = apiSchema(
  'ErrorDetail',
  z
    .object({
      detail: z.union([z.string(), z.array(FieldDetailSchema)]).describe('A sentence, or one entry per wrong field.'),
    })
    .describe('Error of the compatible routes.')
    .meta({ examples: [{ detail: 'Invalid coord: "a" is not a finite decimal number' }] }),
);

/** Documents a compatible route. */
export const compatible = (doc: OperationDoc): MethodDecorator =>
  applyDecorators(
    documented(doc, { contentType: 'application/json', schema: DetailSchema }),
    refusesUnheardFilters(doc.body, doc.query),
  );
