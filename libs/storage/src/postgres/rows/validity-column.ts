import { stringifyJson, validityFromJson, validityToJson, type JsonObject, type Validity } from '@sfm/memory';

/** Returns the value of a column `validity`. */
export function toValidityColumn(validity: Validity | undefined): string | null {
  return validity === undefined ? null : stringifyJson(validityToJson(validity));
}

/** Returns the field `validity` that a column holds; none for a memory that always holds. */
export function validityOf(column: JsonObject | null): { readonly validity?: Validity } {
  const validity = validityFromJson(column);
  return validity ? { validity } : {};
}
