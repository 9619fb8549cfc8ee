export { type MemoryCacheHarness, describeMemoryCacheContract } from './contracts/memory-cache.contract.js';
export { TEST_NOW_MS, type PointDetails, aPoint, termsOf, upsertOf, removalOf, anOverlay } from './builders.js';
export {
  type AuthenticatorHarness,
  type IssuedToken,
  describeAuthenticatorContract,
} from './contracts/authenticator.contract.js';
export { type CredentialAdapters, describeCredentialsContract } from './contracts/credentials.contract.js';
export { InMemoryApiKeys, InMemoryAuditLog } from './in-memory-credentials.js';
export { describeChangeFeedContract } from './contracts/change-feed.contract.js';
export { describeChangeLogContract } from './contracts/change-log.contract.js';
export { type EmbedderHarness, describeEmbedderContract } from './contracts/embedder.contract.js';
export { type EventBusUnderTest, describeEventBusContract } from './contracts/event-bus.contract.js';
export { describeEventLedgerContract } from './contracts/event-ledger.contract.js';
export { describeExpiredMemoriesContract } from './contracts/expired-memories.contract.js';
export { describeIdempotencyStoreContract } from './contracts/idempotency-store.contract.js';
export { heapGrowth } from './heap-growth.js';
export { LINEAR_GROWTH, timeGrowth } from './time-growth.js';
export { turnsDuring } from './turns-during.js';
export {
  CONTRACT_DIMENSION,
  CONTRACT_TERMS,
  type IndexHistory,
  indexHistories,
  memoryFilters,
  validityQueries,
  contractVector,
  type TrueScore,
  rankingFault,
} from './index-history.js';
export { describeWordsContract, type WordsHarness } from './contracts/words.contract.js';
export { type LexicalIndexHarness, describeLexicalIndexContract } from './contracts/lexical-index.contract.js';
export { seededRandom, randomUnitVector, unitVector } from './seeded-random.js';
export { type VectorIndexHarness, describeVectorIndexContract } from './contracts/vector-index.contract.js';
export {
  describeProjectionSourceContract,
  describePendingMemoriesContract,
} from './contracts/indexing-truth.contract.js';
export { aMemory } from './memory-builder.js';
export { WRITTEN_NUMBERS, WRITTEN_PAYLOAD, writtenNumbers } from './written-numbers.js';
export { describeAccessCounterContract } from './contracts/reading/access-counter.contract.js';
export { describeCoordinateSearchContract } from './contracts/reading/coordinate-search.contract.js';
export { describeNamespaceCopyContract } from './contracts/namespace-copy.contract.js';
export { describeNamespaceMovesContract } from './contracts/namespace-moves.contract.js';
export { describeNamespaceStoreContract } from './contracts/namespace-store.contract.js';
export { describeImportanceStatesContract } from './contracts/importance-states.contract.js';
export { describeKeywordSearchContract } from './contracts/reading/keyword-search.contract.js';
export { describeMemoryCatalogContract } from './contracts/reading/memory-catalog.contract.js';
export { describeMemoryHistoryContract } from './contracts/reading/memory-history.contract.js';
export { describePastMemoriesContract } from './contracts/reading/past-memories.contract.js';
export { describeMemoryReaderContract } from './contracts/reading/memory-reader.contract.js';
export { describeMemorySelectionContract } from './contracts/reading/memory-selection.contract.js';
export { describeMemoryWriterContract } from './contracts/memory-writer.contract.js';
export { describeNamedLocksContract } from './contracts/named-locks.contract.js';
export { describeOutboxContract } from './contracts/outbox.contract.js';
export {
  type TruthAdapters,
  type TruthHarness,
  type OpenWrite,
  type LedgerRow,
  type LedgerAccess,
  freshNamespace,
  nextMillisecond,
  type WriteDetails,
  aWrite,
  aDeletion,
  aForeignWrite,
  aForeignDelete,
  aLink,
  drainAll,
  type LinkDetails,
} from './truth-builders.js';
export {
  type AuditedIndex,
  type PointAuditHarness,
  describePointAuditContract,
} from './contracts/point-audit.contract.js';
export {
  type RebuiltIndex,
  type VectorRebuildHarness,
  describeVectorRebuildContract,
} from './contracts/vector-rebuild.contract.js';
export { VERIFIED_NAMESPACE, aVerifiedStore } from './verified-store.js';
export { describePortabilityContract, fileOf, type PortabilityAdapters } from './contracts/portability.contract.js';
export { describeReplayContract, type ReplayAdapters } from './contracts/replay.contract.js';
export { describeConsolidationRunsContract } from './contracts/consolidation-runs.contract.js';
export { InMemoryConsolidationRuns } from './in-memory-consolidation-runs.js';
export { describeValidityContract } from './contracts/validity.contract.js';
export { describeDecayingMemoriesContract } from './contracts/decaying-memories.contract.js';
export {
  describeLifecycleScheduleContract,
  type LifecycleScheduleHarness,
} from './contracts/lifecycle-schedule.contract.js';
export { describeRetainedMemoriesContract } from './contracts/retained-memories.contract.js';
export { describeRetentionPoliciesContract } from './contracts/retention-policies.contract.js';
export { describeLinksContract } from './contracts/links.contract.js';
export {
  InMemoryLifecycleSchedule,
  InMemoryRetainedMemories,
  InMemoryRetentionPolicies,
} from './in-memory-lifecycle.js';
export { InMemoryLinks } from './in-memory-links.js';
export { describeWritePositionsContract } from './contracts/write-positions.contract.js';
export { fieldConditions, filteredPayloads, payloadFilters } from './filter-cases.js';
export { satisfies } from './filter-oracle.js';
