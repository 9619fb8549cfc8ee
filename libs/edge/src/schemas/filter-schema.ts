import { FILTER_BOUNDS } from '@sfm/memory';
import { STORABLE_VALUE } from './json-object.js';

const BOUND = {
  anyOf: [{ type: 'number' }, { type: 'string', pattern: String.raw`^[^\u0000]*$` }],
};

/** The filter syntax as a JSON Schema, for the API document; `parseFilter` decides. */
export const FILTER_SCHEMA = {
  type: 'object' as const,
  maxProperties: FILTER_BOUNDS.maxConditions,
  // Steps without backslashes, which escape dots.
  propertyNames: { pattern: String.raw`^[^.\\\u0000]+(\.[^.\\\u0000]+)*$` },
  additionalProperties: {
    anyOf: [
      { type: 'string' as const, pattern: String.raw`^[^\u0000]*$` },
      { type: 'number' as const },
      { type: ['boolean' as const, 'null' as const] },
      { type: 'array' as const, items: STORABLE_VALUE },
      {
        type: 'object' as const,
        minProperties: 1,
        additionalProperties: false,
        properties: {
          eq: { ...STORABLE_VALUE, description: 'Equals.' },
          in: {
            type: 'array',
            minItems: 1,
            maxItems: FILTER_BOUNDS.maxChoices,
            items: STORABLE_VALUE,
            description: 'Any of.',
          },
          contains: { ...STORABLE_VALUE, description: 'A list with the element.' },
          exists: { type: 'boolean', description: 'Present, or absent.' },
          gt: { ...BOUND, description: 'Greater.' },
          gte: { ...BOUND, description: 'Greater or equal.' },
          lt: { ...BOUND, description: 'Less.' },
          lte: { ...BOUND, description: 'Less or equal.' },
        },
      },
    ],
  },
};
