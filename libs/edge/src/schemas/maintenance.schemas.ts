import { NAMESPACE_PATTERN } from '@sfm/memory';
import { z } from 'zod';

const YEAR_SECONDS = 31_536_000;
const DEFAULT_PENDING_SECONDS = 60;

const namespaces = (what: string) =>
  z
    .array(z.string().meta({ pattern: NAMESPACE_PATTERN }))
    .min(1)
    .max(1000)
    .describe(what)
    .optional();

const pending = () =>
  z
    .number()
    .min(0)
    .max(YEAR_SECONDS)
    .default(DEFAULT_PENDING_SECONDS)
    .describe('A write that is not indexed for longer than so many seconds is a difference.');

export const VerifyBodySchema = z
  .strictObject({
    namespaces: namespaces('Namespaces to compare; every one when left out.'),
    repair: z.boolean().default(false).describe('true: make anew what is derived and differs.'),
    max_pending_seconds: pending(),
  })
  .describe('What to compare.')
  .meta({ examples: [{ namespaces: ['api_ns'], repair: false }] });
export type VerifyBody = z.output<typeof VerifyBodySchema>;

export const ReindexBodySchema = z
  .strictObject({
    namespaces: namespaces('Namespaces to rebuild the vector index of; every one when left out.'),
    max_pending_seconds: pending(),
  })
  .describe('What to rebuild.')
  .meta({ examples: [{ namespaces: ['api_ns'] }] });
export type ReindexBody = z.output<typeof ReindexBodySchema>;
