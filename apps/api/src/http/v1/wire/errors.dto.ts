import { z } from 'zod';
import { documented, type OperationDoc } from '../../openapi/operation.js';
import { apiSchema } from '../../openapi/schema-registry.js';
import { PROBLEM_CONTENT_TYPE } from '../../errors/problem-body.js';

export const FieldErrorSchema = apiSchema(
  'FieldError',
  z
    .object({
      field: z.string().describe('Path of the field, or the part of the request.'),
      message: z.string().describe('What would be allowed.'),
    })
    .describe('One value that is not allowed.')
    .meta({ examples: [{ field: 'memories.3.coordinate', message: 'must hold at least one number' }] }),
);

export const ProblemSchema = apiSchema(
  'Problem',
  z
    .object({
      type: z
        .string()
        .describe('Kind of problem, as a URN.')
        .meta({ examples: ['urn:sfm:problem:invalid_request'] }),
      title: z.string().describe('The status in words.'),
      status: z.int().describe('The HTTP status.'),
      detail: z.string().describe('What is wrong with this request.'),
      instance: z.string().describe('Path of the request.'),
      request_id: z.string().describe('Finds the request in the log.'),
      line: z.int().optional().describe('Of an import: the line of the file that is at fault.'),
      resume_from_line: z.int().optional().describe('Of an import: where the same file goes on to be imported.'),
      records: z.int().optional().describe('Of an import: how many records were imported or were there.'),
      errors: z.array(FieldErrorSchema).optional().describe('Every value that is not allowed.'),
    })
    .describe('An error (RFC 9457).'),
);

/** Documents a v1 route. */
export const v1 = (doc: OperationDoc): MethodDecorator =>
  documented(
    { ...doc, errors: [...(doc.errors ?? []), 422, 503] },
    { contentType: PROBLEM_CONTENT_TYPE, schema: ProblemSchema },
  );
