import {
  ExplanationSchema,
  FollowedPathSchema,
  HitSchema,
  RecallBatchSchema,
  RecallBodySchema,
  RecalledSchema,
  WeightsSchema,
  WhyNotSchema,
} from '@sfm/edge';
import { z } from 'zod';
import { apiSchema, componentUri } from '../../openapi/schema-registry.js';
import { itemErrorField } from '../wire/item-failure.js';

export const WeightsDoc = apiSchema('RecallWeights', WeightsSchema);
export const FollowedPathDoc = apiSchema('FollowedPath', FollowedPathSchema);
export const WhyNotDoc = apiSchema('WhyNot', WhyNotSchema);
export const RecallDoc = apiSchema('Recall', RecallBodySchema);
export const ExplanationDoc = apiSchema('Explanation', ExplanationSchema);
export const HitDoc = apiSchema('Hit', HitSchema);
export const RecalledDoc = apiSchema('Recalled', RecalledSchema);

/** Documents the schema of the questions, which are validated one by one. */
export const RecallBatchDoc = apiSchema(
  'RecallBatch',
  RecallBatchSchema.extend({
    questions: RecallBatchSchema.shape.questions.meta({
      'x-at-most': 'maxBatchQueries',
      items: { anyOf: [{ $ref: componentUri('Recall') }, { description: 'Anything else is refused by itself.' }] },
    }),
  })
    .describe(RecallBatchSchema.description ?? '')
    .meta({ examples: [{ questions: [{ query: 'where is the kettle' }, { query: 'who made tea', top_k: 3 }] }] }),
);

const RecalledItemSchema = apiSchema(
  'RecalledItem',
  RecalledSchema.partial()
    .extend({
      index: z.int().describe('Place in the request, from 0.'),
      status: z.int().describe('What a request with this question alone would have answered.'),
      error: itemErrorField('Why the question was not answered.'),
    })
    .describe('What became of one question: what `/v1/recall` answers, or why not.'),
);

export const RecalledBatchDoc = apiSchema(
  'RecalledBatch',
  z
    .object({
      answered: z.int().describe('How many were answered.'),
      failed: z.int().describe('How many were not.'),
      results: z.array(RecalledItemSchema).describe('In the order of the request.'),
    })
    .describe('What became of each question.'),
);
