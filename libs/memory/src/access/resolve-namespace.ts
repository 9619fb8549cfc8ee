import { NamespaceForbiddenError } from '../model/errors.js';
import { toNamespace, type Namespace } from '../model/namespace.js';
import type { Grant } from './principal.js';

/**
 * Returns the namespace to act in: the requested one, if it may be used; if none is requested, the default, or the
 * first allowed one when the default is not allowed.
 *
 * @param requested undefined or empty when none was requested.
 * @throws InvalidRequestError naming the field `namespace` when the name is invalid.
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
