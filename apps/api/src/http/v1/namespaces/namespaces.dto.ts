import {
  CloneNamespaceSchema,
  NamespaceCloneSchema,
  NamespacePageSchema,
  NamespaceRemovalSchema,
  NamespaceRenameSchema,
  NamespaceSchema,
  RenameNamespaceSchema,
} from '@sfm/edge';
import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import { queryInteger } from '../../requests/query-types.js';

export const NamespaceDoc = apiSchema('Namespace', NamespaceSchema);
export const NamespacePageDoc = apiSchema('NamespacePage', NamespacePageSchema);
export const NamespaceRemovalDoc = apiSchema('NamespaceRemoval', NamespaceRemovalSchema);

export const CloneNamespaceDoc = apiSchema('CloneNamespace', CloneNamespaceSchema);
export const NamespaceCloneDoc = apiSchema('NamespaceClone', NamespaceCloneSchema);

export const RenameNamespaceDoc = apiSchema('RenameNamespace', RenameNamespaceSchema);
export const NamespaceRenameDoc = apiSchema('NamespaceRename', NamespaceRenameSchema);

/** Most namespaces of a page. */
const MAX_PAGE = 100;

const limit = queryInteger(`Namespaces per page, at most ${MAX_PAGE}.`, { least: 1, otherwise: 50 });

export const ListNamespacesQuerySchema = z.strictObject({
  limit: limit
    .refine((value) => value <= MAX_PAGE, `must be at most ${MAX_PAGE}`)
    .meta({ ...limit.meta(), maximum: MAX_PAGE }),
  cursor: z.string().optional().describe('`next_cursor` of the page before.'),
});
export type ListNamespacesQuery = z.output<typeof ListNamespacesQuerySchema>;

export const RemoveNamespaceQuerySchema = z.strictObject({
  dry_run: z
    .enum(['true', 'false'])
    .default('false')
    .describe('`true`: only says what would be deleted, and what `confirm` must be.'),
  confirm: z.string().optional().describe('The name of the namespace again.'),
});
export type RemoveNamespaceQuery = z.output<typeof RemoveNamespaceQuerySchema>;

export type CloneNamespaceBody = z.output<typeof CloneNamespaceDoc>;
export type RenameNamespaceBody = z.output<typeof RenameNamespaceDoc>;
