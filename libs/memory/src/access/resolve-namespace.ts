import { NamespaceForbiddenError } from '../model/errors.js';
import { toNamespace, type Namespace } from '../model/namespace.js';
import type { Grant } from './principal.js';

/**
 * The namespace to act in: the one that was asked for, if it may be used; else the default, or the first of the allowed
 * ones where the default is not among them.
 *
 * @param requested undefined or empty when none was asked for.
 * @throws InvalidRequestError naming the field `namespace` when that is no name of one.
 * @throws NamespaceForbiddenError when it may not be used.
 */
export function resolveNamespace(
  allowed: Grant['namespaces'],
  requested: string | undefined,
  defaultNamespace: Namespace,
): Namespace {
  if (requested === undefined || requested === '') {
    if (allowed === '*' || allowed.includes(defaultNamespace)) return defaultNamespace;
    const [first] = allowed;
    if (first === undefined) throw new NamespaceForbiddenError(defaultNamespace);
    return first;
  }
  const namespace = toNamespace(requested);
  if (allowed !== '*' && !allowed.includes(namespace)) throw new NamespaceForbiddenError(namespace);
  return namespace;
}
