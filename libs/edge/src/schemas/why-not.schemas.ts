import { z } from 'zod';
import { ContributionSchema, FollowedPathSchema } from './explanation.schemas.js';
import { placeField } from './memory.schemas.js';

const LaneViewSchema = z
  .object({
    lane: z.string().describe('The retrieval path.'),
    state: z.enum(['asked', 'off', 'away']).describe('`off`: not wanted; `away`: it could not answer.'),
    rank: z.int().nullable().describe('Place in the lane, from 1; null when it is not among those looked at.'),
    signal: z.number().nullable().describe("The lane's own number; null without a rank."),
    cut: z.int().describe('The last place that was a candidate.'),
    looked: z.int().describe('How many places were looked at.'),
    path: FollowedPathSchema.optional(),
  })
  .describe('How one lane sees the memory.');

export const WhyNotSchema = z
  .object({
    coordinate: placeField(),
    fate: z
      .enum([
        'recalled',
        'not_found',
        'expired',
        'filtered',
        'not_valid',
        'lacks_wording',
        'outscored',
        'below_min_score',
        'collapsed',
        'over_budget',
        'below_cut',
        'not_proposed',
      ])
      .describe(
        '`recalled`: it is a hit; `not_found`: nothing lives there; `expired`; `filtered`: see `filters`; `not_valid`: superseded, or not at that time; `lacks_wording`: it lacks a quoted phrase, or a word of the query in `fields`; `outscored`: others ' +
          'scored better; `below_min_score`; `collapsed`: a hit says nearly the same; `over_budget`: it did not fit; `below_cut`: lanes know it, behind their candidates; `not_proposed`: no lane finds the query in it.',
      ),
    filters: z.array(z.string()).describe('The parts of the request that keep it out, such as `type` or `filter.tag`.'),
    lanes: z.array(LaneViewSchema).describe('How each lane sees it.'),
    rank: z.int().nullable().describe('Its place among all that were scored, from 1; null when it was not.'),
    score: z.number().nullable().describe('Its score; null when it was not scored.'),
    contributions: z.array(ContributionSchema).describe('They add up to the score.'),
    needed: z.number().nullable().describe('Score of the last hit; null when there is none.'),
  })
  .describe('What kept a memory out of the hits.');
