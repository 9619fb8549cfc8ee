import { MAX_SUPERSEDED } from '@sfm/memory';
import { z } from 'zod';
import { coordinateInput, instant } from './fields.js';

/** What a caller says of when a memory holds. */

export const supersedesInput = () =>
  z
    .array(coordinateInput())
    .max(MAX_SUPERSEDED)
    .describe(
      'Memories of the same namespace whose place it takes, from `valid_from` on or, without that, from now on. They are ' +
        'not found any more, as of that time, until it is deleted or says so no more.',
    )
    .meta({ examples: [[[1, 2, 3]]] });

export const validFromInput = () => instant('From this time on it holds; always, when it is not given.');
export const validToInput = () => instant('Until this time it holds, which must lie after `valid_from`; not at it.');

/** The choice of a read. */
export const validAtField = () =>
  instant(
    'Only what holds at this time, as far as callers have said so; the present, when it is not given.',
  ).optional();
export const INCLUDE_SUPERSEDED = 'true: also memories that others have taken the place of.';

const places = (description: string) =>
  z
    .array(z.array(z.number()))
    .optional()
    .describe(`${description} Only where there are any.`)
    .meta({ examples: [[[1, 2, 3]]] });
const time = (description: string) => z.string().optional().describe(`${description} Only where it was said.`);

/** Fields of a memory, or a version of one, in answers. */
export const validityFields = {
  valid_from: time('From when on it holds, ISO 8601.'),
  valid_to: time('Until when it holds, ISO 8601.'),
  supersedes: places('Memories whose place it takes.'),
  superseded_by: places('Memories that take its place.'),
  superseded_at: z
    .string()
    .optional()
    .describe('From when on the first of them takes its place, ISO 8601. Only where there are any.'),
};
