import { NAMESPACE_PATTERN } from '@sfm/memory';
import { z } from 'zod';

const EXAMPLE = {
  namespace: 'team_a',
  memories: { total: 3, episodic: 2, semantic: 1 },
  links: 1,
  bytes: 2048,
  newest_at: '2026-01-31T12:00:00.000Z',
  index_lag: { pending: 0, seconds: 0 },
};

export const NamespaceSchema = z
  .object({
    namespace: z.string().describe('Its name.'),
    memories: z
      .object({
        total: z.int().describe('Memories that can be recalled.'),
        episodic: z.int().describe('Episodic ones among them.'),
        semantic: z.int().describe('Semantic ones among them.'),
      })
      .describe('How many there are; of a great many some seconds old, or an estimate at first.'),
    links: z.int().describe('Links between them, counted up to 10,000.'),
    bytes: z
      .int()
      .describe('What they take in PostgreSQL, without its indexes; beyond 1,000 memories estimated by the newest.'),
    newest_at: z.string().nullable().describe('When the newest was created, ISO 8601; null when there is none.'),
    index_lag: z
      .object({
        pending: z
          .int()
          .describe('Committed changes that are not indexed yet, counted up to 10,000; recall sees them all the same.'),
        seconds: z.number().describe('Age of the oldest of them.'),
      })
      .describe('How far the indexes are behind.'),
  })
  .describe('A namespace.')
  .meta({ examples: [EXAMPLE] });

export const NamespacePageSchema = z
  .object({
    namespaces: z.array(NamespaceSchema).describe('Ascending by name.'),
    next_cursor: z.string().nullable().describe('Asks for the next page; null on the last, and only there.'),
  })
  .describe('A page of namespaces that hold anything.')
  .meta({ examples: [{ namespaces: [EXAMPLE], next_cursor: null }] });

export const NamespaceRemovalSchema = z
  .object({
    namespace: z.string().describe('Its name.'),
    dry_run: z.boolean().describe('true: nothing was deleted.'),
    memories: z.int().describe('Memories deleted by this request; those that there are, in a dry run.'),
    links: z
      .int()
      .describe(
        'Links deleted by this request that no memory took along; those that there are up to 10,000, in a dry run.',
      ),
    done: z.boolean().describe('false: there is more to do. Send the same request again.'),
    confirm: z.string().nullable().describe('What `confirm` must be to do it; null unless it was a dry run.'),
  })
  .describe('What was deleted, or would be.')
  .meta({
    examples: [{ namespace: 'team_a', dry_run: true, memories: 3, links: 1, done: false, confirm: 'team_a' }],
  });

export const CloneNamespaceSchema = z
  .strictObject({
    to: z
      .string()
      .min(1)
      .meta({ pattern: NAMESPACE_PATTERN })
      .describe('Name of the namespace to copy into, which must be empty.'),
  })
  .describe('Where to.')
  .meta({ examples: [{ to: 'team_a_copy' }] });

export const NamespaceCloneSchema = z
  .object({
    namespace: z.string().describe('What was copied.'),
    to: z.string().describe('Where it is now.'),
    memories: z.int().describe('Memories that are there, by this request and those before it.'),
    versions: z.int().describe('Earlier versions that came with them.'),
    links: z.int().describe('Links that are there.'),
    done: z.boolean().describe('false: there is more to do. Send the same request again.'),
  })
  .describe('How far a namespace was copied.')
  .meta({ examples: [{ namespace: 'team_a', to: 'team_a_copy', memories: 3, versions: 1, links: 1, done: true }] });

export const RenameNamespaceSchema = z
  .strictObject({
    to: z
      .string()
      .min(1)
      .meta({ pattern: NAMESPACE_PATTERN })
      .describe('The new name, under which there must be nothing.'),
  })
  .describe('The new name.')
  .meta({ examples: [{ to: 'team_b' }] });

export const NamespaceRenameSchema = z
  .object({
    namespace: z.string().describe('The old name.'),
    to: z.string().describe('The new name.'),
    memories: z.int().describe('Memories that are under the new name, by this request and those before it.'),
    links: z.int().describe('Links that are there.'),
    moved: z
      .boolean()
      .describe(
        'true: everything is under the new name and can be changed there; the old one takes only new memories.',
      ),
    done: z.boolean().describe('false: there is more to do. Send the same request again.'),
  })
  .describe('How far a namespace was renamed.')
  .meta({ examples: [{ namespace: 'team_a', to: 'team_b', memories: 3, links: 1, moved: true, done: true }] });
