import {
  ConsolidationDetailSchema,
  ConsolidationPageSchema,
  ConsolidationPlanSchema,
  FinishedConsolidationSchema,
  NewConsolidationSchema,
} from '@sfm/edge';
import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import { queryInteger } from '../../requests/query-types.js';

export const NewConsolidationDoc = apiSchema('NewConsolidation', NewConsolidationSchema);
export const ConsolidationPlanDoc = apiSchema('ConsolidationPlan', ConsolidationPlanSchema);
export const FinishedConsolidationDoc = apiSchema('FinishedConsolidation', FinishedConsolidationSchema);
export const ConsolidationDetailDoc = apiSchema('ConsolidationDetail', ConsolidationDetailSchema);
export const ConsolidationPageDoc = apiSchema('ConsolidationPage', ConsolidationPageSchema);

export const ConsolidationsQuerySchema = z.strictObject({
  limit: queryInteger('Runs per page, at most the configured maximum.', { least: 1, otherwise: 20 }).meta({
    'x-at-most': 'maxTopK',
  }),
  cursor: z.string().optional().describe('`next_cursor` of the page before.'),
});
export type ConsolidationsQuery = z.output<typeof ConsolidationsQuerySchema>;
