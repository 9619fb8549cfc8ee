import { ChangeSchema, ChangesSchema } from '@sfm/edge';
import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import { queryBoolean, queryInteger } from '../../requests/query-types.js';

/** Longest wait for something new: proxies and deadlines end requests that take much longer. */
export const MAX_WAIT_SECONDS = 25;

export const ChangeDoc = apiSchema('Change', ChangeSchema);
export const ChangesDoc = apiSchema('Changes', ChangesSchema);

export const ChangesQuerySchema = z.strictObject({
  position: z.string().optional().describe('`position` of the answer before; from now on when left out.'),
  from_beginning: queryBoolean('Begins with the first change that the ledger has; not together with `position`.'),
  wait_seconds: queryInteger(`How long to wait for something new, at most ${MAX_WAIT_SECONDS}.`, {
    least: 0,
    otherwise: 0,
  })
    .refine((seconds) => seconds <= MAX_WAIT_SECONDS, `must be at most ${MAX_WAIT_SECONDS}`)
    .meta({ maximum: MAX_WAIT_SECONDS }),
});
export type ChangesQuery = z.output<typeof ChangesQuerySchema>;
