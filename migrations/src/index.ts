import { InitialSchema1763596800000 } from './1763596800000-initial-schema.js';
import { LedgerFeed1763683200000 } from './1763683200000-ledger-feed.js';

/** Every migration, oldest first. A released one is never edited; a change of schema is a new one. */
export const MIGRATIONS = [InitialSchema1763596800000, LedgerFeed1763683200000];
