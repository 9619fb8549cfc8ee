import type { JsonObject } from '@sfm/memory';
import { z } from 'zod';
import { describeHttpError } from '../../errors/describe-http-error.js';
import { problemResponse } from '../../errors/problem-body.js';
import { FieldErrorSchema } from './errors.dto.js';

/** What became of one item of a batch: its status as a request of its own, and what else that would have answered. */
export type ItemAnswer = JsonObject & { readonly status: number };

/** Describes why one item of a batch failed. */
export function itemFailure(error: unknown): ItemAnswer {
  const description = describeHttpError(error);
  const { status, body } = problemResponse(description, { path: '', id: '' });
  return {
    status,
    error: {
      code: description.code,
      detail: body.detail,
      ...(body.errors ? { errors: body.errors.map((one) => ({ ...one })) } : {}),
    },
  };
}

export const itemErrorField = (description: string) =>
  z
    .object({
      code: z.string().describe('Kind of error.'),
      detail: z.string().describe('What is wrong.'),
      errors: z.array(FieldErrorSchema).optional().describe('Every value that is not allowed.'),
    })
    .optional()
    .describe(description);
