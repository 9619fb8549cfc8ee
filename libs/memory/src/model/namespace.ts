import { InvalidRequestError } from './errors.js';

declare const checked: unique symbol;

/** The name of a namespace. `toNamespace` checks a text and returns it as one. */
export type Namespace = string & { readonly [checked]: 'Namespace' };

const NAMESPACE = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$/;

/** Describes valid namespace names, for error messages and API documents. */
export const NAMESPACE_RULE = '1 to 128 letters, digits, "_", ".", ":" or "-", not starting with a punctuation mark';

/** @throws InvalidRequestError when the name is not allowed. */
export function toNamespace(name: string, field = 'namespace'): Namespace {
  if (!NAMESPACE.test(name)) throw new InvalidRequestError(field, `must be ${NAMESPACE_RULE}`);
  return trustedNamespace(name);
}

/**
 * Brands a name that was validated when it was stored. Only for adapters that read it back from our own stores; any
 * other name must go through `toNamespace`.
 */
export function trustedNamespace(name: string): Namespace {
  return name as Namespace;
}
