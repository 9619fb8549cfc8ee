import { InvalidRequestError } from './errors.js';

declare const checked: unique symbol;

/** The name of a namespace. `toNamespace` checks a text and returns it as one. */
export type Namespace = string & { readonly [checked]: 'Namespace' };

/**
 * Most characters (code points) of a name. At four bytes each they share an index row of PostgreSQL (2,704 bytes) with
 * the longest coordinate.
 */
export const MAX_NAMESPACE_LENGTH = 255;

/**
 * No control characters, not even the upper ones, and no space at the ends, which HTTP cuts off. A JSON Schema pattern
 * too, hence without classes that only some dialects know.
 */
const ALLOWED = String.raw`[^\u0000-\u001f\u007f-\u009f]`;
const AT_ENDS = String.raw`[^\u0000-\u0020\u007f-\u009f]`;
export const NAMESPACE_PATTERN = `^${AT_ENDS}(${ALLOWED}{0,${MAX_NAMESPACE_LENGTH - 2}}${AT_ENDS})?$`;

const NAMESPACE = new RegExp(NAMESPACE_PATTERN, 'u');
const PLAIN = /^[\w.:@/+=-]+$/;

/** Describes valid namespace names, for error messages and API documents. */
export const NAMESPACE_RULE = `1 to ${MAX_NAMESPACE_LENGTH} characters, none of them a control character, with no space at either end`;

/** @throws InvalidRequestError when the name is not allowed. */
export function toNamespace(name: string, field = 'namespace'): Namespace {
  if (!NAMESPACE.test(name) || !name.isWellFormed() || name.trim() === '')
    throw new InvalidRequestError(field, `must be ${NAMESPACE_RULE}`);
  return trustedNamespace(name);
}

/**
 * Brands a name that was validated when it was stored. Only for adapters that read it back from our own stores; any
 * other name must go through `toNamespace`.
 */
export function trustedNamespace(name: string): Namespace {
  return name as Namespace;
}

/** A name as an argument of a shell command: in quotes where it needs them. */
export function quotedNamespace(name: Namespace): string {
  return PLAIN.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
}
