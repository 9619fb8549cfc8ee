import { comparedObject } from '@sfm/edge';
import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import {
  filtersField,
  filtersParameter,
  flagField,
  hybridField,
  hybridParameter,
  numberField,
  queryField,
  termsField,
  topKField,
  topKParameter,
  typeFilterField,
  typeParameter,
} from '../wire/fields.js';

const exact = () => flagField(true, 'true: a whole text field equals the term; false: it contains it.');
const caseSensitive = () => flagField(false, 'true: upper and lower case differ.');
const flat = () =>
  comparedObject('Payload with `memory_type`, `coordinate`, `importance_norm` and, when episodic, `timestamp`.', {
    text: 'The kettle is blue',
    memory_type: 'episodic',
    coordinate: [1, 2, 3],
    timestamp: 1760000000.5,
    importance_norm: 0,
  });

export const RecallRequestSchema = apiSchema(
  'RecallRequest',
  z
    .object({
      query: queryField(),
      top_k: topKField(5),
      type: typeFilterField(),
      filters: filtersField(),
      hybrid: hybridField(),
    })
    .describe('A question to the memory. Unknown fields are ignored.')
    .meta({ examples: [{ query: 'where is the kettle', top_k: 5 }] }),
);
export type RecallRequestBody = z.output<typeof RecallRequestSchema>;

export const RecallQuerySchema = z.object({
  query: queryField(),
  top_k: topKParameter(5),
  type: typeParameter(),
  filters: filtersParameter(),
  hybrid: hybridParameter(),
});
export type RecallQuery = z.output<typeof RecallQuerySchema>;

export const RecallBatchRequestSchema = apiSchema(
  'RecallBatchRequest',
  z
    .object({
      queries: z
        .array(queryField())
        .describe('The questions, answered in order.')
        .meta({ 'x-at-most': 'maxBatchQueries' }),
      top_k: topKField(5),
      type: typeFilterField(),
      filters: filtersField(),
      hybrid: hybridField(),
    })
    .describe('Several questions with the same settings.')
    .meta({ examples: [{ queries: ['kettle', 'teapot'] }] }),
);
export type RecallBatchRequest = z.output<typeof RecallBatchRequestSchema>;

export const ScoredRecallRequestSchema = apiSchema(
  'ScoredRecallRequest',
  z
    .object({
      query: queryField(),
      top_k: topKField(5),
      type: typeFilterField(),
      hybrid: hybridField(),
      exact: exact(),
      case_sensitive: caseSensitive(),
    })
    .describe('A question whose answers carry scores. `exact` and `case_sensitive` are accepted for older clients.'),
);
export type ScoredRecallRequest = z.output<typeof ScoredRecallRequestSchema>;

export const HybridRecallRequestSchema = apiSchema(
  'HybridRecallRequest',
  z
    .object({
      query: queryField(),
      terms: termsField(),
      boost: numberField(2, 'Added to the score per term that a payload has; from -1000 to 1000.'),
      top_k: topKField(5),
      exact: exact(),
      case_sensitive: caseSensitive(),
      type: typeFilterField(),
    })
    .describe('A question with words that must weigh extra.')
    .meta({ examples: [{ query: 'kettle', terms: ['blue'], exact: false }] }),
);
export type HybridRecallRequest = z.output<typeof HybridRecallRequestSchema>;

export const ContextRecallRequestSchema = apiSchema(
  'ContextRecallRequest',
  z
    .object({
      query: queryField(),
      context: comparedObject('Circumstances: payloads that share its top-level values rank higher.', {
        session: 'monday',
      }),
      top_k: topKField(5),
      type: typeFilterField(),
    })
    .describe('A question in a situation.'),
);
export type ContextRecallRequest = z.output<typeof ContextRecallRequestSchema>;

export const MatchesSchema = apiSchema(
  'Matches',
  z.object({ matches: z.array(flat()).describe('Payloads, best first.') }).describe('What was recalled.'),
);

export const BatchesSchema = apiSchema(
  'Batches',
  z
    .object({ batches: z.array(z.array(flat())).describe('One list of payloads per question, best first.') })
    .describe('What was recalled for each question.'),
);

const ScoredPayloadSchema = apiSchema(
  'ScoredPayload',
  z
    .object({ payload: flat(), score: z.number().nullable().describe('Fused score; larger is better.') })
    .describe('One recalled memory.'),
);

export const ScoredResultsSchema = apiSchema(
  'ScoredResults',
  z
    .object({ results: z.array(ScoredPayloadSchema).describe('Best first.') })
    .describe('What was recalled, with scores.'),
);

export const PayloadResultsSchema = apiSchema(
  'PayloadResults',
  z.object({ results: z.array(flat()).describe('Payloads, best first.') }).describe('What was found.'),
);
