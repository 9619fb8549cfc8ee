import { z } from 'zod';
import { placeField } from './memory.schemas.js';

export const FollowedPathSchema = z
  .object({
    seed: placeField().describe('Where the strong hit lives that the path begins at.'),
    strength: z.number().describe('What the other lanes say of that hit, 0 to 1.'),
    steps: z
      .array(
        z
          .object({
            to: placeField().describe('Where the step leads.'),
            type: z.string().describe('Type of the link.'),
            weight: z.number().describe('Weight of the link.'),
            direction: z.enum(['out', 'in']).describe('`out`: along the link; `in`: against it.'),
          })
          .describe('One link.'),
      )
      .describe('The links, the last of which leads to the memory.'),
  })
  .describe('How links lead to a memory: its signal is strength × 0.75^(steps − 1) × 0.85^(sum of the weights).');

export const ContributionSchema = z
  .object({
    signal: z.string().describe('What was measured.'),
    value: z.number().describe('The measure.'),
    weight: z.number().describe('What it counts for.'),
    contribution: z.number().describe('`weight × value`.'),
  })
  .describe('One term of the score.');
