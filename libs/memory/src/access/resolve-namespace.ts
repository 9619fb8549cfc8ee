import { NamespaceForbiddenError } from '../model/errors.js';
import { toNamespace, type Namespace } from '../model/namespace.js';
import { mayUse, type AllowedNamespaces } from './allowed-namespaces.js';

/**
 * Returns the namespace to act in: the requested one, if it may be used; if none is requested, the default, or the
 * first one that is allowed by its name when the default is not allowed.
 *
 * @param requested undefined or empty when none was requested.
 * @throws InvalidRequestError naming the field `namespace` when the name is invalid.
 * @throws NamespaceForbiddenError when it may not be used.
 */
export function resolveNamespace(
  allowed: AllowedNamespaces,
  requested: string | undefined,
  defaultNamespace: Namespace,
): Namespace {
  if (requested === undefined || requested === '') {
    if (mayUse(allowed, defaultNamespace)) return defaultNamespace;
    const first = allowed === '*' ? undefined : allowed.find((one) => typeof one === 'string');
    if (first === undefined) throw new NamespaceForbiddenError(defaultNamespace);
    return first;
  }
  const namespace = toNamespace(requested);
  if (!mayUse(allowed, namespace)) throw new NamespaceForbiddenError(namespace);
  return namespace;
}
