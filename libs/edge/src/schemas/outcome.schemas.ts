import type { JsonValue } from '@sfm/memory';
import { z } from 'zod';
import { STORABLE_VALUE } from './json-object.js';
import { expectedVersion, placeField, versionField } from './memory.schemas.js';

export const OutcomeBodySchema = z
  .strictObject({
    outcome: z
      .custom<JsonValue>((value) => value !== undefined, 'is required: any JSON value')
      .meta({ ...STORABLE_VALUE, description: 'What happened: any JSON value.', examples: ['rain'] }),
    expected_version: expectedVersion(
      'Noted only if this version lives at the coordinate; otherwise 409 `version_conflict`.',
      1,
    ),
  })
  .describe('What came of what a memory predicted.')
  .meta({ examples: [{ outcome: 'rain' }] });
export type OutcomeBody = z.output<typeof OutcomeBodySchema>;

export const ReportedOutcomeSchema = z
  .object({
    coordinate: placeField(),
    version: versionField(),
    error: z.boolean().describe('true: the memory has a `predicted_outcome`, and it is another one.'),
    corrective: z
      .array(z.number())
      .nullable()
      .describe(
        'Coordinate of the semantic memory that says what is right, linked to this one; null without an error, or where it was deleted since.',
      ),
  })
  .describe('A noted outcome.')
  .meta({ examples: [{ coordinate: [1, 2, 3], version: 2, error: false, corrective: null }] });
