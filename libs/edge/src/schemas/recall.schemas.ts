import { z } from 'zod';
import { filterInput, knownAtField, memoryType, SEARCHABLE_PATTERN, timeBounds } from './fields.js';
import { jsonObject } from './json-object.js';
import { memoryFields } from './memory.schemas.js';
import { INCLUDE_SUPERSEDED, validAtField } from './validity-fields.js';

const weight = (description: string) => z.number().min(0).max(1000).describe(description);

export const RecallBodySchema = z
  .strictObject({
    query: z
      .string()
      .describe('What to look for, in plain words.')
      .meta({ pattern: SEARCHABLE_PATTERN, 'x-at-most': 'maxQueryLength', examples: ['where is the kettle'] }),
    top_k: z
      .int()
      .min(1)
      .default(10)
      .describe('How many memories to return; at most the configured maximum.')
      .meta({ 'x-at-most': 'maxTopK' }),
    filter: filterInput().optional(),
    type: memoryType('Only memories of this type.').optional(),
    ...timeBounds,
    as_known_at: knownAtField(),
    valid_at: validAtField(),
    include_superseded: z.boolean().default(false).describe(INCLUDE_SUPERSEDED),
    mode: z
      .enum(['hybrid', 'vector', 'lexical'])
      .default('hybrid')
      .describe('`hybrid`: all lanes and context signals; otherwise one lane alone.'),
    recency: z
      .strictObject({
        weight: weight('Added to the score of a memory written now.'),
        half_life_days: z.number().min(0.001).max(36500).describe('Age at which half of it is left.'),
      })
      .optional()
      .describe('Prefer newer memories: adds `weight × 0.5^(age / half_life_days)`.'),
    importance: z
      .strictObject({ weight: weight('Added to the score of the most important memory.') })
      .optional()
      .describe(
        'Prefer important memories: adds `weight × norm` to those that have an importance, by how importances compare now.',
      ),
    keywords: z
      .strictObject({
        terms: z
          .array(z.string().meta({ pattern: SEARCHABLE_PATTERN, 'x-at-most': 'maxQueryLength' }))
          .min(1)
          .max(100)
          .describe('Words that must weigh extra.'),
        boost: weight('Added to the score per term that a payload has.').default(1),
        exact: z.boolean().default(false).describe('true: a whole text field equals the term; false: it contains it.'),
        case_sensitive: z.boolean().default(false).describe('true: upper and lower case differ.'),
      })
      .optional()
      .describe('Words that must weigh extra.'),
    context: jsonObject('Circumstances: payloads that share its top-level values rank higher.', {
      session: 'monday',
    }).optional(),
    explain: z.boolean().default(false).describe('Adds to every hit how its score came about.'),
  })
  .describe('A question to the memory.')
  .meta({ examples: [{ query: 'where is the kettle', top_k: 5, filter: { tag: 'kitchen' }, explain: true }] });
export type RecallBody = z.output<typeof RecallBodySchema>;

export const ExplanationSchema = z
  .object({
    lanes: z
      .array(
        z
          .object({
            lane: z.string().describe('The retrieval path, such as `lexical` or `vector`.'),
            rank: z.int().describe('Place in the lane, from 1.'),
            signal: z.number().describe("The lane's own number: BM25 score or cosine."),
          })
          .describe('How one lane saw the memory.'),
      )
      .describe('The lanes that proposed the memory.'),
    overlay: z.boolean().describe('true: committed but not yet indexed; scored from the truth.'),
    contributions: z
      .array(
        z
          .object({
            signal: z.string().describe('What was measured.'),
            value: z.number().describe('The measure.'),
            weight: z.number().describe('What it counts for.'),
            contribution: z.number().describe('`weight × value`.'),
          })
          .describe('One term of the score.'),
      )
      .describe('Their contributions add up to the score.'),
  })
  .describe('How a score came about.');

export const HitSchema = z
  .object({
    ...memoryFields,
    score: z.number().describe('Fused score; larger is better.'),
    explanation: ExplanationSchema.optional().describe('Only when asked for.'),
  })
  .describe('A recalled memory.');

export const RecalledSchema = z
  .object({
    hits: z.array(HitSchema).describe('Best first.'),
    degraded: z
      .array(z.string())
      .describe('Lanes that could not answer, or not for all that is committed; empty when recall was whole.'),
  })
  .describe('What was recalled.');
