import { createHash } from 'node:crypto';
import { ImportReportSchema } from '@sfm/edge';
import { CONFLICT_POLICIES, EXPORT_EXTRAS, IMPORT_FORMATS } from '@sfm/memory';
import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import { queryInteger } from '../../requests/query-types.js';

export const ImportReportDoc = apiSchema('ImportReport', ImportReportSchema);

export const ExportQuerySchema = z.strictObject({
  include: z
    .string()
    .default('')
    .describe('What comes beyond memories and links: some of `history` and `vectors`, separated by commas.')
    .meta({ pattern: `^((${EXPORT_EXTRAS.join('|')})(,(${EXPORT_EXTRAS.join('|')}))*)?$`, examples: ['history'] }),
  position: z.string().optional().describe('`X-Soma-Export-Position` of an export that is to go on; with `after`.'),
  after: z.string().optional().describe('`after` of the last checkpoint that came; with `position`.'),
});
export type ExportQuery = z.output<typeof ExportQuerySchema>;

export const ImportQuerySchema = z.strictObject({
  format: z.enum(IMPORT_FORMATS).optional().describe('What the file is. When left out, its beginning says it.'),
  on_conflict: z
    .enum(CONFLICT_POLICIES)
    .default('skip')
    .describe('What becomes of a record where something else is. What is there already is no conflict.'),
  from_line: queryInteger('Lines before this one are read and not imported.', { least: 1, otherwise: 1 }),
  checksums: z
    .enum(['required', 'ignored'])
    .default('required')
    .describe('`ignored`: a file of ours that was changed by hand, or is the beginning of one.'),
});
export type ImportQuery = z.output<typeof ImportQuerySchema>;

const RECORDS = [
  { format: 'somafractalmemory', version: 1, include: [] },
  {
    ...{ kind: 'memory', coordinate: [1, 2, 3], version: 1, type: 'semantic', payload: { text: 'The kettle boils' } },
    ...{ importance: null, importance_norm: 0, expires_at: null },
    ...{ created_at: '2026-01-31T12:00:00.000Z', updated_at: '2026-01-31T12:00:00.000Z' },
  },
]
  .map((record) => `${JSON.stringify(record)}\n`)
  .join('');
const END = {
  kind: 'end',
  memories: 1,
  versions: 0,
  links: 0,
  sha256: createHash('sha256').update(RECORDS).digest('hex'),
};

/** A whole file with one memory. */
export const IMPORT_EXAMPLE = `${RECORDS}${JSON.stringify(END)}\n`;
