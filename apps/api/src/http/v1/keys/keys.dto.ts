import { IssuedKeySchema, KEY_ID_SCHEMA, KeyPageSchema, KeySchema, NewKeySchema } from '@sfm/edge';
import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import { queryInteger } from '../../requests/query-types.js';

export const NewKeyDoc = apiSchema('NewKey', NewKeySchema);
export const KeyDoc = apiSchema('Key', KeySchema);
export const IssuedKeyDoc = apiSchema('IssuedKey', IssuedKeySchema);
export const KeyPageDoc = apiSchema('KeyPage', KeyPageSchema);

const MAX_PAGE = 1000;

export const ListKeysQuerySchema = z.strictObject({
  limit: queryInteger('Keys per page, at most 1,000.', { least: 1, otherwise: 100 })
    .refine((value) => value <= MAX_PAGE, `must be at most ${MAX_PAGE}`)
    .meta({ maximum: MAX_PAGE }),
  after: z.string().optional().describe('`next_after` of the page before.').meta({ format: KEY_ID_SCHEMA.format }),
});
export type ListKeysQuery = z.output<typeof ListKeysQuerySchema>;

export const AuditQuerySchema = z.strictObject({
  after: queryInteger('Begin behind this entry, its `seq`.', { least: 0, otherwise: 0 }),
});
export type AuditQuery = z.output<typeof AuditQuerySchema>;
