import { v5 as uuidv5, validate as isUuid } from 'uuid';

/** UUID namespace for ids that are not UUIDs themselves. */
const FOREIGN_IDS = '6f1c2d4e-0b0a-5c53-9d3e-5a8f7a3b9c10';

/** Returns the ledger's id for a producer's id: a UUID is kept, in lower case; any other text is hashed to a UUID. */
export function ledgerId(id: string): string {
  if (isUuid(id)) return id.toLowerCase();
  // Hashes UTF-16, because UTF-8 cannot tell lone surrogates apart.
  return uuidv5(id.isWellFormed() ? id : Buffer.from(id, 'utf16le'), FOREIGN_IDS);
}
