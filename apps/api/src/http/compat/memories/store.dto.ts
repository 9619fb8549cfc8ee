import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import { coordField, coordText, payloadField, typeField } from '../wire/fields.js';

export const StoreRequestSchema = apiSchema(
  'StoreRequest',
  z
    .object({
      coord: coordField('Where the memory lives; a memory already there is replaced.'),
      payload: payloadField(),
      type: typeField('`semantic`: something that is known; anything else is `episodic`: something that happened.'),
    })
    .describe('One memory to keep. Unknown fields are ignored.')
    .meta({ examples: [{ coord: '1.0,2.0,3.0', payload: { text: 'The kettle is blue' }, type: 'episodic' }] }),
);
export type StoreRequest = z.output<typeof StoreRequestSchema>;

export const StoreBulkRequestSchema = apiSchema(
  'StoreBulkRequest',
  z
    .object({
      items: z
        .array(StoreRequestSchema)
        .describe('The memories, applied in order; one that is not allowed refuses all.'),
    })
    .describe('Several memories to keep.'),
);
export type StoreBulkRequest = z.output<typeof StoreBulkRequestSchema>;

const ok = () => z.literal(true).describe('The write is committed.');

export const StoredSchema = apiSchema(
  'Stored',
  z
    .object({ ok: ok() })
    .describe('The memory is kept.')
    .meta({ examples: [{ ok: true }] }),
);

export const RememberedSchema = apiSchema(
  'Remembered',
  z
    .object({ ok: ok(), coord: coordText('Where the memory lives.') })
    .describe('The memory is kept, and where.')
    .meta({ examples: [{ ok: true, coord: '1,2,3' }] }),
);

export const StoredBulkSchema = apiSchema(
  'StoredBulk',
  z
    .object({ stored: z.int().describe('How many memories were sent and kept.') })
    .describe('All memories are kept.')
    .meta({ examples: [{ stored: 50 }] }),
);
