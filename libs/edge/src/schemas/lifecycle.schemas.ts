import { POLICY_BOUNDS } from '@sfm/memory';
import { z } from 'zod';
import { placeField } from './memory.schemas.js';

const MAX_DOUBLE = Number.MAX_VALUE;

const wholeOrNull = (most: number, description: string) => z.int().min(1).max(most).nullable().describe(description);

const rules = {
  max_age_seconds: wholeOrNull(
    POLICY_BOUNDS.maxAgeSeconds,
    'Memories that were created longer ago are deleted; null: at no age.',
  ),
  max_memories: wholeOrNull(
    POLICY_BOUNDS.maxMemories,
    'The least important memories beyond this number are deleted, of those the oldest; null: as the service is set.',
  ),
  keep_importance_from: z
    .number()
    .min(-MAX_DOUBLE)
    .max(MAX_DOUBLE)
    .nullable()
    .describe('Memories of at least this importance are deleted by neither; one without importance has 0; null: none.'),
};

const EXAMPLE = { max_age_seconds: 2_592_000, max_memories: 50_000, keep_importance_from: 5 };

export const RetentionPolicySchema = z
  .strictObject(rules)
  .partial()
  .describe('Which memories of the namespace are kept. What is left out is null.')
  .meta({ examples: [EXAMPLE] });
export type RetentionPolicyBody = z.output<typeof RetentionPolicySchema>;

export const RetentionSchema = z
  .object({
    namespace: z.string().describe('Whose rules these are.'),
    ...rules,
    version: z.int().describe('Grows by one with every change; 0 for a namespace that never had a policy.'),
    updated_at: z.string().nullable().describe('When it was last changed; null for one that never had a policy.'),
    in_force: z.object(rules).describe('The rules that apply: those of the service where the namespace has none.'),
  })
  .describe('Which memories of a namespace are kept.')
  .meta({
    examples: [
      { namespace: 'api_ns', ...EXAMPLE, version: 1, updated_at: '2026-01-31T12:00:00.000Z', in_force: EXAMPLE },
    ],
  });

export const LifecycleRunSchema = z
  .strictObject({
    dry_run: z.boolean().default(false).describe('true: tell what a run would do, and change nothing.'),
  })
  .describe('What to do.')
  .meta({ examples: [{ dry_run: true }] });
export type LifecycleRunBody = z.output<typeof LifecycleRunSchema>;

const counted = (sample: z.ZodType, what: string) =>
  z
    .object({
      count: z.int().describe('How many, or as many as were counted.'),
      more: z.boolean().describe('true: there are more than were counted.'),
      sample: z.array(sample).describe('The first of them, at most 100.'),
    })
    .describe(what);

const removed = (what: string) =>
  counted(
    z.object({
      coordinate: placeField(),
      version: z.int().describe('The version that was judged.'),
      importance: z.number().nullable().describe('null: none, which counts as 0.'),
      created_at: z.string().describe('When the memory was created.'),
    }),
    what,
  );

const NONE = { count: 0, more: false, sample: [] };

export const LifecycleReportSchema = z
  .object({
    namespace: z.string().describe('Whose memories these are.'),
    dry_run: z.boolean().describe('true: nothing was changed.'),
    complete: z.boolean().describe('false: something is left, which the next run does.'),
    expired: removed('Deleted because their expires_at is past.'),
    too_old: removed('Deleted because of `max_age_seconds`.'),
    over_cap: removed('Deleted because of `max_memories`.'),
    decayed: counted(
      z.object({
        coordinate: placeField(),
        version: z.int().describe('The version that was judged.'),
        keys: z.array(z.string()).describe('What its payload loses.'),
      }),
      'Lost keys of their payloads with time.',
    ),
  })
  .describe('What was done, or would be; versions are those before it.')
  .meta({
    examples: [
      {
        namespace: 'api_ns',
        dry_run: true,
        complete: true,
        expired: NONE,
        too_old: NONE,
        over_cap: {
          count: 1,
          more: false,
          sample: [{ coordinate: [1, 2, 3], version: 1, importance: 0.5, created_at: '2026-01-31T12:00:00.000Z' }],
        },
        decayed: NONE,
      },
    ],
  });
