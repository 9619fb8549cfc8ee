import { canonicalJson } from '../model/content-hash.js';
import type { LedgerEntry } from '../event-model/ledger-entry.js';
import type { PayloadFields } from '../model/payload-fields.js';
import { scalarField, searchedText } from '../text/searched-text.js';
import type { RestoredEntry } from './truth-restorer.port.js';

/** Adds to an entry the values that a store would have derived from its payload. */
export function toRestoredEntry(entry: LedgerEntry, fields: PayloadFields): RestoredEntry {
  const { payload } = entry;
  return {
    ...entry,
    payloadJson: canonicalJson(payload),
    searchedText: searchedText(payload, fields.text),
    session: scalarField(payload, fields.session),
  };
}
