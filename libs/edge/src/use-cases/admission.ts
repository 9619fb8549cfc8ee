import {
  hasScope,
  NamespaceForbiddenError,
  noteWriting,
  ScopeForbiddenError,
  widenScope,
  type Principal,
  type Scope,
} from '@sfm/memory';

/** The scope that each use case requires; defined only here. */
export const SCOPE_OF = {
  store: 'write',
  storeAll: 'write',
  storePortions: 'write',
  storeEach: 'write',
  amend: 'write',
  forget: 'write',
  reportOutcome: 'write',
  link: 'write',
  unlink: 'write',
  prune: 'write',
  get: 'read',
  getMany: 'read',
  list: 'read',
  range: 'read',
  keywordSearch: 'read',
  countLinks: 'read',
  counts: 'read',
  listLinks: 'read',
  neighbours: 'read',
  shortestPath: 'read',
  recall: 'read',
  recallEach: 'read',
  recallSettled: 'read',
  nearest: 'read',
  history: 'read',
  diff: 'read',
  getKnownAt: 'read',
  listKnownAt: 'read',
  recallKnownAt: 'read',
  restore: 'write',
  consolidate: 'write',
  undoConsolidation: 'write',
  previewConsolidation: 'read',
  listConsolidations: 'read',
  findConsolidation: 'read',
  acquireLock: 'write',
  renewLock: 'write',
  releaseLock: 'write',
  findLock: 'read',
  recent: 'read',
  important: 'read',
  sample: 'read',
  export: 'read',
  watch: 'read',
  readChanges: 'read',
  import: 'write',
  readRetention: 'admin',
  replaceRetention: 'admin',
  runLifecycle: 'admin',
  listNamespaces: 'read',
  describeNamespace: 'read',
  previewRemoval: 'admin',
  removeNamespace: 'admin',
  cloneNamespace: 'admin',
  renameNamespace: 'admin',
  verify: 'admin',
  reindex: 'admin',
  createKey: 'admin',
  listKeys: 'admin',
  rotateKey: 'admin',
  revokeKey: 'admin',
  exportAudit: 'admin',
} as const satisfies Readonly<Record<string, Scope>>;

export type UseCase = keyof typeof SCOPE_OF;

/**
 * Admits a principal, notes whether it writes, and lets the request touch its namespace, which it could not before.
 *
 * @throws ScopeForbiddenError unless it may run the use case.
 */
export function admit(principal: Principal, useCase: UseCase): void {
  const scope = SCOPE_OF[useCase];
  if (!hasScope(principal, scope)) throw new ScopeForbiddenError(scope);
  widenScope([principal.namespace]);
  if (scope === 'write') noteWriting();
}

/**
 * Admits a use case that spans namespaces.
 *
 * @throws NamespaceForbiddenError unless the principal may use every one of them.
 */
export function admitEverywhere(principal: Principal, useCase: UseCase): void {
  admit(principal, useCase);
  if (principal.namespaces !== '*') throw new NamespaceForbiddenError('*');
  widenScope('*');
}
