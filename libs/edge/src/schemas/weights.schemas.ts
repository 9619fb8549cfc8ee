import { z } from 'zod';

const MAX_WEIGHT = 1000;
const weight = (description: string) => z.number().min(0).max(MAX_WEIGHT).describe(description).optional();

/** What the signals of one recall count for. */
export const WeightsSchema = z
  .strictObject({
    lexical: weight('Words: BM25 as a share of the best match. 0: the lane is not asked.'),
    vector: weight('Nearness of the embeddings, 0 to 1. 0: the lane is not asked.'),
    graph: weight('Links from strong hits, 0 to 1. 0: no links are followed.'),
    recency: weight('0.5^(age / half-life); `recency.half_life_days`, else 30 days. Instead of `recency.weight`.'),
    importance: weight('The normalised importance. Instead of `importance.weight`.'),
    before: weight('Lexical matches just before a memory in its session.'),
    after: weight('Lexical matches just after a memory in its session.'),
    answer: weight('The lexical match just before, when it asks a question.'),
    session: weight('The best matches in the same session.'),
    source: weight('The share of the words of its source that the query has.'),
    date: weight('How well its time fits a date in the query.'),
    when: weight('Whether the text names a time, where the query asks for one.'),
    newer: weight('The share of older memories among those whose words fit equally well.'),
    order: weight('The share of pairs of neighbouring words of the query that stand so in the text.'),
    context: weight('The share of the `context` that the payload has.'),
    asking: z
      .number()
      .min(-MAX_WEIGHT)
      .max(0)
      .describe('For a memory of a session that ends in a question: 0 or less.')
      .optional(),
  })
  .describe(
    'Other weights for this recall; what is left out keeps its own. One of `lexical` and `vector` must stay above 0. ' +
      'Only with mode `hybrid`.',
  )
  .meta({ examples: [{ vector: 1, graph: 0, recency: 0.2 }] });
export type WeightsBody = z.output<typeof WeightsSchema>;
