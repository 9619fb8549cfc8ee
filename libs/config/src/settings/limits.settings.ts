import { integer } from '../kinds/setting-kinds.js';

/** Limits of one request. A request beyond them is refused and has no effect. */
export const limitsSettings = {
  bulkItems: integer({
    name: 'SOMA_MAX_BULK_ITEMS',
    fallback: 1000,
    min: 1,
    max: 100_000,
    unit: 'items',
    description: 'Memories in one bulk or batch request.',
  }),
  payloadDepth: integer({
    name: 'SOMA_MAX_PAYLOAD_DEPTH',
    fallback: 32,
    min: 1,
    max: 500,
    unit: 'levels',
    description: 'Nesting of objects and lists in a payload.',
  }),
  payloadBytes: integer({
    name: 'SOMA_MAX_PAYLOAD_BYTES',
    fallback: 1024 * 1024,
    min: 16,
    max: 64 * 1024 * 1024,
    unit: 'bytes',
    description: 'Size of one payload as JSON in UTF-8.',
  }),
  coordinateDimensions: integer({
    name: 'SOMA_MAX_COORDINATE_DIMENSIONS',
    fallback: 64,
    min: 1,
    max: 4096,
    unit: 'numbers',
    description: 'Numbers in one coordinate.',
  }),
  topK: integer({
    name: 'SOMA_MAX_TOP_K',
    fallback: 1000,
    min: 1,
    max: 100_000,
    unit: 'memories',
    description: 'Memories one query may ask for (top_k, page size).',
  }),
  queryCharacters: integer({
    name: 'SOMA_MAX_QUERY_CHARACTERS',
    fallback: 131_072,
    min: 1,
    max: 1_000_000,
    unit: 'characters',
    description: 'Length of a query text.',
  }),
  batchQueries: integer({
    name: 'SOMA_MAX_BATCH_QUERIES',
    fallback: 100,
    min: 1,
    max: 10_000,
    unit: 'queries',
    description: 'Queries in one batch recall.',
  }),
};
