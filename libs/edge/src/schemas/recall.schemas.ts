import { DEFAULT_COLLAPSE_THRESHOLD, MAX_SEARCHED_FIELDS, MAX_TOKEN_BUDGET } from '@sfm/memory';
import { z } from 'zod';
import {
  coordinateInput,
  filterInput,
  instant,
  knownAtField,
  memoryType,
  SEARCHABLE_PATTERN,
  timeBounds,
} from './fields.js';
import { jsonObject } from './json-object.js';
import { ContributionSchema, FollowedPathSchema } from './explanation.schemas.js';
import { memoryFields, placeField, versionField } from './memory.schemas.js';
import { INCLUDE_SUPERSEDED, validAtField } from './validity-fields.js';
import { WeightsSchema } from './weights.schemas.js';
import { WhyNotSchema } from './why-not.schemas.js';

/** Hits of a request that says nothing about their number. */
export const DEFAULT_TOP_K = 10;

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
      .optional()
      .describe(`How many memories to return; at most the configured maximum. ${DEFAULT_TOP_K} when left out.`)
      .meta({ 'x-at-most': 'maxTopK' }),
    token_budget: z
      .int()
      .min(1)
      .max(MAX_TOKEN_BUDGET)
      .optional()
      .describe(
        'Instead of `top_k`: as many of the best hits as fit into so many tokens. Counted is an estimate for the JSON of ' +
          'each payload, given as `tokens`; a hit that does not fit is passed over for smaller ones, up to 20 times.',
      ),
    min_score: z
      .number()
      .min(-1_000_000)
      .max(1_000_000)
      .optional()
      .describe('Leaves out hits that score less. Scores compare within one kind of request: see `explain`.'),
    collapse: z
      .union(
        [
          z.boolean(),
          z.strictObject({
            threshold: z
              .number()
              .gt(0)
              .max(1)
              .optional()
              .describe(
                `Share of three-word runs in common from which two count as one; ${DEFAULT_COLLAPSE_THRESHOLD} when left out.`,
              ),
          }),
        ],
        'must be true, false or an object with a threshold',
      )
      .optional()
      .describe(
        'Of hits that say nearly the same only the best is returned, with the others named in its `collapsed`.',
      ),
    fields: z
      .array(z.string().min(1).max(256))
      .min(1)
      .max(MAX_SEARCHED_FIELDS)
      .optional()
      .describe(
        'Only what stands under these fields of the payload is searched for the words of the query; names or dotted paths. ' +
          'Memories with none of its words there are left out.',
      )
      .meta({ examples: [['title', 'meta.author']] }),
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
    now: instant(
      'The moment that "yesterday", "last week" and ages are counted from; when left out, the present.',
    ).optional(),
    time_zone: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe(
        'Whose calendar words for times mean: an IANA name such as Europe/Vienna, or an offset; UTC when left out.',
      )
      .meta({
        // Narrower than what is read: the platform decides.
        pattern: String.raw`^(UTC|Europe/Vienna|America/New_York|Asia/Tokyo|[+-]0[0-9]:[0-5][0-9])$`,
        examples: ['Europe/Vienna'],
      }),
    importance: z
      .strictObject({ weight: weight('Added to the score of the most important memory.') })
      .optional()
      .describe(
        'Prefer important memories: adds `weight × norm` to those that have an importance, by how importances compare now.',
      ),
    weights: WeightsSchema.optional(),
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
    why_not: coordinateInput().describe('Asks what kept the memory at this coordinate out of the hits.').optional(),
  })
  .describe('A question to the memory.')
  .meta({
    not: { required: ['top_k', 'token_budget'] },
    examples: [
      { query: 'where is the kettle', top_k: 5, filter: { tag: 'kitchen' }, explain: true },
      { query: 'where is the kettle', token_budget: 2000, min_score: 0.2, collapse: true },
    ],
  });
export type RecallBody = z.output<typeof RecallBodySchema>;

/** The questions are read one by one, with `RecallBodySchema`. */
export const RecallBatchSchema = z
  .strictObject({ questions: z.array(z.unknown()).describe('Each as for `/v1/recall`.') })
  .describe('Several questions, each with settings of its own.');
export type RecallBatch = z.output<typeof RecallBatchSchema>;

export const ExplanationSchema = z
  .object({
    lanes: z
      .array(
        z
          .object({
            lane: z.string().describe('The retrieval path, such as `lexical`, `vector` or `graph`.'),
            rank: z.int().describe('Place in the lane, from 1.'),
            signal: z.number().describe("The lane's own number: BM25 score, cosine, or what links pass on."),
            path: FollowedPathSchema.optional(),
          })
          .describe('How one lane saw the memory.'),
      )
      .describe('The lanes that proposed the memory.'),
    overlay: z.boolean().describe('true: committed but not yet indexed; scored from the truth.'),
    contributions: z.array(ContributionSchema).describe('Their contributions add up to the score.'),
  })
  .describe('How a score came about.');

export const HitSchema = z
  .object({
    ...memoryFields,
    score: z.number().describe('Fused score; larger is better.'),
    explanation: ExplanationSchema.optional().describe('Only when asked for.'),
    tokens: z.int().optional().describe('Estimated tokens of the payload; only with `token_budget`.'),
    collapsed: z
      .array(
        z
          .object({
            coordinate: placeField(),
            version: versionField(),
            score: z.number().describe('Its own score.'),
            similarity: z.number().describe('Share of three-word runs that both have, 0 to 1.'),
          })
          .describe('A memory that says nearly the same.'),
      )
      .optional()
      .describe('Near duplicates that were left out, best first; only with `collapse`.'),
  })
  .describe('A recalled memory.');

const IndexLagSchema = z
  .object({
    events: z.int().describe('Memories with changes that are not indexed yet; counted up to 100,000.'),
    seconds: z.number().describe('Age of the oldest of these changes.'),
  })
  .describe('How far the indexes were behind. What they lack is searched all the same; `degraded` names exceptions.');

export const RecalledSchema = z
  .object({
    hits: z.array(HitSchema).describe('Best first.'),
    degraded: z
      .array(z.string())
      .describe('Lanes that could not answer, or not for all that is committed; empty when recall was whole.'),
    index_lag: IndexLagSchema,
    tokens: z
      .object({
        budget: z.int().describe('What was asked for.'),
        used: z.int().describe('Sum over the hits.'),
        passed_over: z.int().describe('Hits left out because they did not fit.'),
      })
      .optional()
      .describe('How the token budget was used; only with `token_budget`.'),
    why_not: WhyNotSchema.optional(),
  })
  .describe('What was recalled.');
