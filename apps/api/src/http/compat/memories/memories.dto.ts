import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import {
  coordField,
  coordText,
  filtersField,
  filtersParameter,
  integerField,
  payloadField,
  queryField,
  topKField,
  topKParameter,
  typeField,
} from '../wire/fields.js';

const offset = () => integerField(0, 'How many of the best memories to skip.');
const storedTypeText = () =>
  z
    .string()
    .describe('`episodic`, `semantic`, or the type that the client wrote.')
    .meta({ examples: ['episodic'] });

export const CreateMemoryRequestSchema = apiSchema(
  'CreateMemoryRequest',
  z
    .object({
      coord: coordField('Where the memory lives; a memory already there is replaced.'),
      payload: payloadField(),
      memory_type: typeField(
        '`semantic`, or anything else for `episodic`; a type of the client is given back as written, in the payload too.',
      ),
    })
    .describe('One memory to keep. Unknown fields are ignored.')
    .meta({ examples: [{ coord: '1.0,2.0,3.0', payload: { text: 'The kettle is blue' }, memory_type: 'episodic' }] }),
);
export type CreateMemoryRequest = z.output<typeof CreateMemoryRequestSchema>;

export const CreatedMemorySchema = apiSchema(
  'CreatedMemory',
  z
    .object({
      coord: coordText('The coordinate as it was sent.'),
      memory_type: storedTypeText(),
      ok: z.literal(true).describe('The write is committed.'),
    })
    .describe('The memory is kept.'),
);

const verbatim = () => payloadField().describe('The payload as it was sent.');
const importance = () => z.number().describe("The caller's importance; 0 when none was given.");
const coordinate = () =>
  z
    .array(z.number())
    .describe('Where the memory lives.')
    .meta({ examples: [[1, 2, 3]] });

export const MemoryEnvelopeSchema = apiSchema(
  'MemoryEnvelope',
  z
    .object({
      memory: z
        .object({
          coordinate: coordinate(),
          payload: verbatim(),
          memory_type: storedTypeText(),
          access_count: z.int().describe('How often it was read before; approximate.'),
          metadata: z.record(z.string(), z.unknown()).describe('Always empty; kept for existing clients.'),
          importance: importance(),
          created_at: z.string().describe('ISO 8601.'),
          updated_at: z.string().describe('ISO 8601.'),
        })
        .describe('The memory.'),
    })
    .describe('One memory.'),
);

export const DeletedMemorySchema = apiSchema(
  'DeletedMemory',
  z
    .object({
      coord: coordText('The coordinate as it was sent.'),
      deleted: z.boolean().describe('false: there was nothing at the coordinate.'),
    })
    .describe('Nothing lives at the coordinate any more.'),
);

export const SearchRequestSchema = apiSchema(
  'SearchRequest',
  z
    .object({
      query: queryField(),
      top_k: topKField(5),
      offset: offset(),
      filters: filtersField(),
      memory_type: typeField('Only memories of this type, `episodic` or `semantic`; any other for both.'),
    })
    .describe('A question to the memory. Unknown fields are ignored.'),
);
export type SearchRequest = z.output<typeof SearchRequestSchema>;

export const SearchQuerySchema = z.object({
  query: queryField(),
  top_k: topKParameter(5),
  offset: offset().meta({ type: 'integer' }),
  filters: filtersParameter(),
});
export type SearchQuery = z.output<typeof SearchQuerySchema>;

export const FoundMemoriesSchema = apiSchema(
  'FoundMemories',
  z
    .object({
      memories: z
        .array(
          z
            .object({
              coordinate: coordinate(),
              coord: coordText('The same as text.'),
              payload: verbatim(),
              memory_type: storedTypeText(),
              importance: importance(),
              score: z.number().describe('Fused score; larger is better.'),
            })
            .describe('One recalled memory.'),
        )
        .describe('Best first.'),
    })
    .describe('What was recalled.'),
);
