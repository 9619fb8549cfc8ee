import { v5 as uuidv5, validate as isUuid } from 'uuid';

/** Namespace of the ids that stand for texts that are no UUIDs. */
const FOREIGN_IDS = '6f1c2d4e-0b0a-5c53-9d3e-5a8f7a3b9c10';

/** The ledger's id for the id of any producer: a UUID stands for itself, in lower case, any other text for one made of it. */
export function ledgerId(id: string): string {
  if (isUuid(id)) return id.toLowerCase();
  // What UTF-8 cannot carry, halves of surrogate pairs, UTF-16 tells apart.
  return uuidv5(id.isWellFormed() ? id : Buffer.from(id, 'utf16le'), FOREIGN_IDS);
}
