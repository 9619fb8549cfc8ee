import { hasScope, NamespaceForbiddenError, ScopeForbiddenError, type Principal, type Scope } from '@sfm/memory';

/** What every use case takes: the one place where that is said. */
export const SCOPE_OF = {
  store: 'write',
  storeAll: 'write',
  storeEach: 'write',
  forget: 'write',
  get: 'read',
  getMany: 'read',
  list: 'read',
  range: 'read',
  keywordSearch: 'read',
  counts: 'read',
  recall: 'read',
  verify: 'admin',
  reindex: 'admin',
} as const satisfies Readonly<Record<string, Scope>>;

export type UseCase = keyof typeof SCOPE_OF;

/** @throws ScopeForbiddenError unless the principal may do this. */
export function admit(principal: Principal, useCase: UseCase): void {
  const scope = SCOPE_OF[useCase];
  if (!hasScope(principal, scope)) throw new ScopeForbiddenError(scope);
}

/** For what looks across namespaces. @throws NamespaceForbiddenError unless the principal may use every one of them. */
export function admitEverywhere(principal: Principal, useCase: UseCase): void {
  admit(principal, useCase);
  if (principal.namespaces !== '*') throw new NamespaceForbiddenError('*');
}
