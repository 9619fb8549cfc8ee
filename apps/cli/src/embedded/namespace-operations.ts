import type { MemorySystem } from '@sfm/composition';
import {
  AuthorizedLifecycle,
  AuthorizedNamespaces,
  CloneNamespaceSchema,
  LifecycleRunSchema,
  lifecycleReportView,
  namespacePageView,
  namespaceView,
  readNamespaceCursor,
  readShape,
  RetentionPolicySchema,
  RenameNamespaceSchema,
  retentionView,
  toRetentionPolicy,
} from '@sfm/edge';
import { InvalidRequestError } from '@sfm/memory';
import type { EmbeddedOperations } from './operation.js';

/** Namespaces, and what is kept in them. */
export function namespaceOperations({
  namespaces: catalog,
  namespaceRemovals,
  namespaceCopies,
  namespaceRenames,
  retention,
  lifecycle,
}: MemorySystem): Pick<
  EmbeddedOperations,
  | 'namespaces'
  | 'namespace'
  | 'removeNamespace'
  | 'clone'
  | 'rename'
  | 'retention'
  | 'replaceRetention'
  | 'runLifecycle'
> {
  const namespaces = new AuthorizedNamespaces(catalog, namespaceRemovals, namespaceCopies, namespaceRenames);
  const rules = new AuthorizedLifecycle(retention, lifecycle);
  return {
    namespaces: async (principal, { query = {} }) => {
      const { limit = '50', cursor } = query;
      const after = cursor === undefined ? {} : { after: readNamespaceCursor(cursor) };
      return namespacePageView(await namespaces.listNamespaces(principal, { limit: Number(limit), ...after }));
    },
    namespace: async (principal, { place }) =>
      namespaceView(await namespaces.describeNamespace(principal, { name: place })),
    removeNamespace: async (principal, { place = '', query = {} }) => {
      if (query['dry_run'] === 'true') {
        const { namespace, counts, links } = await namespaces.previewRemoval(principal, { name: place });
        const done = counts.total === 0 && links === 0;
        return { namespace, dry_run: true, memories: counts.total, links, done, confirm: namespace };
      }
      if (query['confirm'] !== place) throw new InvalidRequestError('confirm', 'must be the name of the namespace');
      const { memories, links, isDone } = await namespaces.removeNamespace(principal, { name: place });
      return { namespace: place, dry_run: false, memories, links, done: isDone, confirm: null };
    },
    clone: async (principal, { place = '', body }) => {
      const { to } = readShape(CloneNamespaceSchema, body);
      const { memories, versions, links, isDone } = await namespaces.cloneNamespace(principal, { name: place, to });
      return { namespace: place, to, memories, versions, links, done: isDone };
    },
    rename: async (principal, { place = '', body }) => {
      const { to } = readShape(RenameNamespaceSchema, body);
      const { memories, links, isMoved, isDone } = await namespaces.renameNamespace(principal, { name: place, to });
      return { namespace: place, to, memories, links, moved: isMoved, done: isDone };
    },
    retention: async (principal, { place = '' }) =>
      retentionView(place, await rules.readRetention(principal, { namespace: place })),
    replaceRetention: async (principal, { place = '', body }) => {
      const policy = toRetentionPolicy(readShape(RetentionPolicySchema, body));
      return retentionView(place, await rules.replaceRetention(principal, { namespace: place, policy }));
    },
    runLifecycle: async (principal, { body }) => {
      const { dry_run: isDryRun } = readShape(LifecycleRunSchema, body);
      return lifecycleReportView(await rules.runLifecycle(principal, { isDryRun }));
    },
  };
}
