import { InvalidRequestError } from './errors.js';

declare const checked: unique symbol;

/** The name of a namespace. A text becomes one by being checked: `toNamespace` is the way in. */
export type Namespace = string & { readonly [checked]: 'Namespace' };

const NAMESPACE = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$/;

/** What a namespace name may look like, for error messages and API documents. */
export const NAMESPACE_RULE = '1 to 128 letters, digits, "_", ".", ":" or "-", not starting with a punctuation mark';

/** @throws InvalidRequestError when the name is not allowed. */
export function toNamespace(name: string, field = 'namespace'): Namespace {
  if (!NAMESPACE.test(name)) throw new InvalidRequestError(field, `must be ${NAMESPACE_RULE}`);
  return trustedNamespace(name);
}

/**
 * A name that was validated when it was stored, read back from a store of ours. For adapters where they turn what they
 * keep into what the core knows; any other name takes `toNamespace`.
 */
export function trustedNamespace(name: string): Namespace {
  return name as Namespace;
}
