import { CONFLICT_POLICIES, EXPORT_EXTRAS, IMPORT_FORMATS, InvalidRequestError, type ExportExtra } from '@sfm/memory';
import { z } from 'zod';

const count = (what: string) => z.int().describe(what);

const outcomes = {
  imported: count('Where nothing was.'),
  replaced: count('Something else was there.'),
  unchanged: count('There already, with the same content.'),
  skipped: count('Something else is there, and stays.'),
};

export const ImportReportSchema = z
  .object({
    format: z.enum(IMPORT_FORMATS).describe('What the file was read as.'),
    lines: count('Lines that were read.'),
    memories: z
      .object({ ...outcomes, expired: count('Left out because their time is over.') })
      .describe('What became of memories.'),
    versions: count('Earlier versions that came with memories.'),
    links: z.object(outcomes).describe('What became of links.'),
  })
  .describe('What became of a file.')
  .meta({
    examples: [
      {
        format: 'soma',
        lines: 4,
        memories: { imported: 2, replaced: 0, unchanged: 0, skipped: 0, expired: 0 },
        versions: 0,
        links: { imported: 0, replaced: 0, unchanged: 0, skipped: 0 },
      },
    ],
  });

/** How an import is asked for, where a door takes it as one body. */
export const ImportBodySchema = z.strictObject({
  format: z.enum(IMPORT_FORMATS).optional(),
  on_conflict: z.enum(CONFLICT_POLICIES).default('skip'),
  from_line: z.int().min(1).default(1),
  checksums: z.enum(['required', 'ignored']).default('required'),
});

/**
 * Reads names separated by commas, in any order.
 *
 * @throws InvalidRequestError for a name that is none
 */
export function toExtras(text: string): readonly ExportExtra[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => name !== '' && !EXPORT_EXTRAS.some((extra) => extra === name));
  if (unknown !== undefined) {
    throw new InvalidRequestError('include', `must be some of ${EXPORT_EXTRAS.join(', ')}, separated by commas`);
  }
  return EXPORT_EXTRAS.filter((extra) => names.includes(extra));
}
