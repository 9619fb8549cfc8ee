import { NamespaceForbiddenError, toNamespace } from '@sfm/memory';
import type { Principal } from '../request/principal.js';

const HEADER = 'X-Soma-Namespace';

/**
 * The namespace a request works in: the one it names, if its credential may use it; else the default, or the first of
 * its credential's namespaces where the default is not among them. Without a credential only the default is allowed.
 *
 * @throws InvalidRequestError when the name is not a namespace name.
 * @throws NamespaceForbiddenError when the credential may not use it.
 */
export function resolveNamespace(
  principal: Principal | undefined,
  requested: string | readonly string[] | undefined,
  defaultNamespace: string,
): string {
  const allowed = principal?.namespaces ?? [defaultNamespace];
  if (requested === undefined || requested === '') {
    if (allowed === '*' || allowed.includes(defaultNamespace)) return defaultNamespace;
    const [first] = allowed;
    if (first === undefined) throw new NamespaceForbiddenError(defaultNamespace);
    return first;
  }
  const namespace = toNamespace(typeof requested === 'string' ? requested : requested.join(), HEADER);
  if (allowed !== '*' && !allowed.includes(namespace)) throw new NamespaceForbiddenError(namespace);
  return namespace;
}
