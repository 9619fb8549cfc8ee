import { CONSOLIDATION_BOUNDS, DEFAULT_CONSOLIDATION, GROUNDS } from '@sfm/memory';
import { z } from 'zod';
import { instant, payloadInput } from './fields.js';
import { placeField, versionField } from './memory.schemas.js';

const { maxWindowSeconds, maxSessionGapSeconds, maxSources } = CONSOLIDATION_BOUNDS;
const DEFAULTS = DEFAULT_CONSOLIDATION;

const ground = () =>
  z.enum(GROUNDS).describe('`similarity` of their words, one `session` without a long pause, or `links` between them.');

const rules = {
  window_seconds: z
    .number()
    .min(1)
    .max(maxWindowSeconds)
    .default(DEFAULTS.windowSeconds)
    .describe('Episodic memories that were created so many seconds before `until` are looked at, 1000 at most.'),
  by: z
    .array(ground())
    .min(1)
    .max(GROUNDS.length)
    .default([...DEFAULTS.by])
    .describe('What makes memories belong together.'),
  min_similarity: z
    .number()
    .min(0.05)
    .max(1)
    .default(DEFAULTS.minSimilarity)
    .describe('From which cosine of their words on two texts are similar.'),
  session_gap_seconds: z
    .number()
    .min(0)
    .max(maxSessionGapSeconds)
    .default(DEFAULTS.sessionGapSeconds)
    .describe('Longest pause within a session.'),
  min_sources: z
    .int()
    .min(1)
    .max(maxSources)
    .default(DEFAULTS.minSources)
    .describe('Smaller clusters are left alone; with 1, single events become memories too. Not above `max_sources`.'),
  max_sources: z.int().min(1).max(maxSources).default(DEFAULTS.maxSources).describe('No cluster grows beyond.'),
};

export const NewConsolidationSchema = z
  .strictObject({
    ...rules,
    until: instant('Only memories created before this time; default now.').optional(),
    dry_run: z.boolean().default(false).describe('true: shows what would be done, and does nothing.'),
  })
  .describe('Which memories are to become one.')
  .meta({ examples: [{ window_seconds: 3600, dry_run: true }] });
export type NewConsolidationBody = z.output<typeof NewConsolidationSchema>;

const SourceSchema = z
  .object({
    coordinate: placeField(),
    version: versionField(),
    text: z.string().describe('The beginning of its text, as it is quoted.'),
  })
  .describe('A memory that becomes part of another.');

const ClusterSchema = z
  .object({
    coordinate: placeField().describe(
      'Where the memory lives that the cluster becomes; follows from its oldest source.',
    ),
    state: z
      .enum(['new', 'changed', 'stale', 'unchanged', 'occupied', 'orphaned', 'outlived'])
      .describe(
        'Of the memory that the cluster becomes. `stale`: it quotes what is gone, and begins another life. `occupied`: something else ' +
          'lives there, and stays. `orphaned`: none of its sources holds any more, and it goes. `outlived`: rules have removed all ' +
          'its sources; it stays, and says so (`outlives_sources`).',
      ),
    by: z.array(ground()).describe('What held the cluster together.'),
    sources: z.array(SourceSchema).describe('Oldest first.'),
    payload: payloadInput().describe('What the memory says.'),
  })
  .describe('Memories that belong together.');

const EXAMPLE_CLUSTER = {
  coordinate: [-311_012_903_712_345, -290_111_222_333_444, -400_123_123_123_123],
  state: 'new',
  by: ['similarity'],
  sources: [{ coordinate: [1, 2, 3], version: 1, text: 'The kettle boils' }],
  payload: { fact: 'Summary of event at 1769860800', consolidated_from: [1, 2, 3] },
};

const totals = {
  looked_at: z.int().nullable().describe('Memories that were looked at; null while the run is under way.'),
  has_more: z.boolean().nullable().describe('true: the window holds more memories than one run looks at.'),
};

export const ConsolidationPlanSchema = z
  .object({
    ...totals,
    clusters: z.array(ClusterSchema).describe('By their oldest source.'),
  })
  .describe('What a consolidation would do.')
  .meta({ examples: [{ looked_at: 1, has_more: false, clusters: [EXAMPLE_CLUSTER] }] });

const RequestSchema = z.object({ ...rules, until: z.string().describe('ISO 8601.') }).describe('What was asked.');

const run = {
  id: z.string().describe('Names the run.'),
  state: z
    .enum(['running', 'done', 'undone'])
    .describe('`running`: under way, or interrupted; the same request completes it.'),
  request: RequestSchema,
  started_at: z.string().describe('ISO 8601.'),
  ended_at: z.string().nullable().describe('ISO 8601; null until it was done.'),
  ...totals,
  found: z.int().nullable().describe('Clusters that were found.'),
  unchanged: z.int().nullable().describe('Of these, those whose memory was as it is to be.'),
};

const ItemSchema = z
  .object({
    coordinate: placeField(),
    version: versionField().nullable().describe('The version that the run wrote; null until it did.'),
    prior_version: z.int().describe('The version that lived there before, 0 for none.'),
    outcome: z
      .enum(['planned', 'made', 'undone', 'left'])
      .describe('`undone`: gone, or as before again. `left`: others had changed it when the run was undone.'),
  })
  .describe('A memory that a run wrote.');

export const ConsolidationSchema = z.object(run).describe('A consolidation that was run.');

export const ConsolidationPageSchema = z
  .object({
    consolidations: z.array(ConsolidationSchema).describe('Newest first.'),
    next_cursor: z.string().nullable().describe('Asks for the next page; null on the last, and only there.'),
  })
  .describe('A page of consolidations.');

const written = { memories: z.array(ItemSchema).describe('What it wrote, by coordinate.') };

export const ConsolidationDetailSchema = z
  .object({ ...run, ...written })
  .describe('A consolidation, and what it wrote.');

export const FinishedConsolidationSchema = z
  .object({ ...run, ...written, clusters: ClusterSchema.array().describe('By their oldest source.') })
  .describe('A consolidation that is done, and what it found.');
