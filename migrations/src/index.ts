import { InitialSchema1763596800000 } from './1763596800000-initial-schema.js';
import { LedgerFeed1763683200000 } from './1763683200000-ledger-feed.js';
import { OutboxTraceparent1763769600000 } from './1763769600000-outbox-traceparent.js';
import { DropSessionIndex1763856000000 } from './1763856000000-drop-session-index.js';
import { OutboxPausingIndex1763942400000 } from './1763942400000-outbox-pausing-index.js';
import { LosslessLedger1764028800000 } from './1764028800000-lossless-ledger.js';
import { LedgerPayloads1764115200000 } from './1764115200000-ledger-payloads.js';
import { IdempotencyKeys1764201600000 } from './1764201600000-idempotency-keys.js';
import { LedgerHashes1764540210000 } from './1764540210000-ledger-hashes.js';
import { PayloadText1764560017000 } from './1764560017000-payload-text.js';
import { BoundedReads1764590410000 } from './1764590410000-bounded-reads.js';
import { Links1764650018000 } from './1764650018000-links.js';
import { ImportanceStates1764660010000 } from './1764660010000-importance-states.js';
import { Validity1764660020000 } from './1764660020000-validity.js';
import { Lifecycle1764660030000 } from './1764660030000-lifecycle.js';
import { Consolidations1764660040000 } from './1764660040000-consolidations.js';
import { ImportanceOrder1764660041000 } from './1764660041000-importance-order.js';
import { WholeLinks1764660060000 } from './1764660060000-whole-links.js';
import { NamespaceCopies1764660070010 } from './1764660070010-namespace-copies.js';
import { NearestPlaces1764660080000 } from './1764660080000-nearest-places.js';
import { NamespaceMoves1764661000000 } from './1764661000000-namespace-moves.js';
import { PendingSince1764661000010 } from './1764661000010-pending-since.js';
import { Credentials1764662000000 } from './1764662000000-credentials.js';
import { ImportanceScales1764667018000 } from './1764667018000-importance-scales.js';
import { RowSecurity1764668000000 } from './1764668000000-row-security.js';

/** Every migration, oldest first. A released one is never edited; a change of schema is a new one. */
export const MIGRATIONS = [
  InitialSchema1763596800000,
  LedgerFeed1763683200000,
  OutboxTraceparent1763769600000,
  DropSessionIndex1763856000000,
  OutboxPausingIndex1763942400000,
  LosslessLedger1764028800000,
  LedgerPayloads1764115200000,
  IdempotencyKeys1764201600000,
  LedgerHashes1764540210000,
  PayloadText1764560017000,
  BoundedReads1764590410000,
  Links1764650018000,
  ImportanceStates1764660010000,
  Validity1764660020000,
  Lifecycle1764660030000,
  Consolidations1764660040000,
  ImportanceOrder1764660041000,
  WholeLinks1764660060000,
  NamespaceCopies1764660070010,
  NearestPlaces1764660080000,
  NamespaceMoves1764661000000,
  PendingSince1764661000010,
  Credentials1764662000000,
  ImportanceScales1764667018000,
  RowSecurity1764668000000,
];

export { convertLedger } from './ledger-payloads/convert-ledger.js';
