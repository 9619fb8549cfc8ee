import { InvalidRequestError } from '../model/errors.js';
import { toNamespace, type Namespace } from '../model/namespace.js';

/** Every namespace whose name begins so. An object, so that no name of a namespace can be mistaken for one. */
export interface NamespacePrefix {
  readonly prefix: string;
}

/** Namespaces that a credential may use: all, or those that are named exactly or by how their names begin. */
export type AllowedNamespaces = '*' | readonly (Namespace | NamespacePrefix)[];

/** Most names and prefixes of one credential. */
export const MAX_ALLOWED_NAMESPACES = 32;

/** Ends of a prefix: a name goes on behind them with a part of its own, so `team-a` never covers `team-ab`. */
const SEPARATED = /[:/._-]\*$/;

/** What a pattern may be, for error messages and API documents. */
export const NAMESPACE_PATTERN_RULE =
  '*, the name of a namespace, or how names begin up to one of : / . _ - followed by * (team-a:*); no other *';

/** Whether the namespace is one of the allowed ones. The only place that decides it. */
export function mayUse(allowed: AllowedNamespaces, namespace: Namespace): boolean {
  if (allowed === '*') return true;
  return allowed.some((one) => (typeof one === 'string' ? one === namespace : namespace.startsWith(one.prefix)));
}

/**
 * Reads how namespaces are named where credentials are made or claimed: `*` for all, a name, or `team-a:*` for those that
 * begin so. A name that holds a `*` cannot be said: it would read as one that means more.
 *
 * @throws InvalidRequestError naming `field.index`
 */
export function toAllowedNamespaces(patterns: readonly string[], field = 'namespaces'): AllowedNamespaces {
  if (patterns.length === 0 || patterns.length > MAX_ALLOWED_NAMESPACES) {
    throw new InvalidRequestError(field, `must hold 1 to ${MAX_ALLOWED_NAMESPACES} patterns`);
  }
  const allowed = patterns.map((pattern, index) => toAllowed(pattern, `${field}.${index}`));
  const some = allowed.flatMap((one) => (one === '*' ? [] : [one]));
  return some.length < allowed.length ? '*' : some;
}

/** The patterns that `toAllowedNamespaces` reads as these. */
export function namespacePatterns(allowed: AllowedNamespaces): readonly string[] {
  return allowed === '*' ? ['*'] : allowed.map((one) => (typeof one === 'string' ? one : `${one.prefix}*`));
}

function toAllowed(pattern: string, field: string): '*' | Namespace | NamespacePrefix {
  if (pattern === '*') return '*';
  const stars = pattern.split('*').length - 1;
  if (stars === 0) return toNamespace(pattern, field);
  if (stars > 1 || !SEPARATED.test(pattern)) throw new InvalidRequestError(field, `must be ${NAMESPACE_PATTERN_RULE}`);
  const prefix = pattern.slice(0, -1);
  toNamespace(prefix, field);
  return { prefix };
}
