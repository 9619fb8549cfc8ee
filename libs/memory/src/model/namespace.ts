import { InvalidRequestError } from './errors.js';

const NAMESPACE = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$/;

/** What a namespace name may look like, for error messages and API documents. */
export const NAMESPACE_RULE = '1 to 128 letters, digits, "_", ".", ":" or "-", not starting with a punctuation mark';

/** @throws InvalidRequestError when the name is not allowed. */
export function toNamespace(name: string, field = 'namespace'): string {
  if (!NAMESPACE.test(name)) throw new InvalidRequestError(field, `must be ${NAMESPACE_RULE}`);
  return name;
}
