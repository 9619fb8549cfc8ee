import {
  DiffSchema,
  HistorySchema,
  PatchOperationSchema,
  RestoredSchema,
  RestoreSchema,
  VersionSchema,
} from '@sfm/edge';
import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import { queryInteger, queryVersion } from '../../requests/query-types.js';

export const VersionDoc = apiSchema('Version', VersionSchema);
export const HistoryDoc = apiSchema('History', HistorySchema);
export const PatchOperationDoc = apiSchema('PatchOperation', PatchOperationSchema);
export const DiffDoc = apiSchema('Diff', DiffSchema);

export const RestoreDoc = apiSchema('Restore', RestoreSchema);
export const RestoredDoc = apiSchema('Restored', RestoredSchema);

export const HistoryQuerySchema = z.strictObject({
  limit: queryInteger('Versions per page, at most the configured maximum.', { least: 1, otherwise: 20 }).meta({
    'x-at-most': 'maxTopK',
  }),
  cursor: z.string().optional().describe('`next_cursor` of the page before.'),
});
export type HistoryQuery = z.output<typeof HistoryQuerySchema>;

export const DiffQuerySchema = z.strictObject({
  from: queryVersion('The version to compare.'),
  to: queryVersion('The version to compare it with; may be older.'),
});
export type DiffQuery = z.output<typeof DiffQuerySchema>;
