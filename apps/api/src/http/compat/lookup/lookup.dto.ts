import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import {
  coordField,
  coordText,
  flagField,
  integerField,
  payloadField,
  topKField,
  typeFilterField,
  typeParameter,
} from '../wire/fields.js';

/** Coordinates in one answer of `/range`. */
export const MAX_COORDINATES = 10_000;

/** The reference knows no cursor: answers that end early say so in headers. */
const CURSOR = '`X-Soma-Next-Cursor` of an earlier answer, to continue where it ended.';

export const KeywordSearchRequestSchema = apiSchema(
  'KeywordSearchRequest',
  z
    .object({
      term: z
        .string()
        .describe('The word or text to find, taken literally; nothing is found for an empty one.')
        .meta({ examples: ['kettle'] }),
      exact: flagField(true, 'true: a whole text field equals the term; false: it contains it.'),
      case_sensitive: flagField(false, 'true: upper and lower case differ.'),
      top_k: topKField(50),
      type: typeFilterField(),
      cursor: z.string().nullish().describe(CURSOR),
    })
    .describe('A literal search in all text fields of payloads. Unknown fields are ignored.'),
);
export type KeywordSearchRequest = z.output<typeof KeywordSearchRequestSchema>;

export const RangeQuerySchema = z.object({
  min: coordField('Lower corner of the box, included.'),
  max: coordField('Upper corner of the box, included.'),
  type: typeParameter(),
  limit: integerField(
    MAX_COORDINATES,
    `How many coordinates to return, at least one and at most ${MAX_COORDINATES}.`,
  ).meta({
    type: 'integer',
  }),
  cursor: z.string().optional().describe(CURSOR),
});
export type RangeQuery = z.output<typeof RangeQuerySchema>;

export const CoordsSchema = apiSchema(
  'Coords',
  z
    .object({ coords: z.array(z.array(z.number())).describe('Coordinates inside the box, oldest first.') })
    .describe('Where memories live.')
    .meta({ examples: [{ coords: [[1, 2, 3]] }] }),
);

export const PayloadsRequestSchema = apiSchema(
  'PayloadsRequest',
  z
    .object({ coords: z.array(coordField()).describe('The coordinates to read.') })
    .describe('Coordinates to read at once.'),
);
export type PayloadsRequest = z.output<typeof PayloadsRequestSchema>;

const LocatedPayloadSchema = apiSchema(
  'LocatedPayload',
  z
    .object({
      payload: payloadField().describe('The payload, with `memory_type`, `coordinate` and the other added fields.'),
      coord: coordText('The coordinate as it was sent.'),
    })
    .describe('A payload and where it lives.'),
);

export const PayloadsSchema = apiSchema(
  'Payloads',
  z
    .object({ payloads: z.array(LocatedPayloadSchema).describe('In the order asked; absent memories are left out.') })
    .describe('What lives at the coordinates.'),
);
