export { type BackoffLimits, backoffMs } from './attempts/backoff.js';
export { Bulkhead } from './attempts/bulkhead.js';
export { outcomeUnknown, toTheEnd, whileWanted, withinLimit } from './attempts/bounded-wait.js';
export {
  currentBudget,
  openBudget,
  type OpenBudget,
  remainingMs,
  RequestBudget,
  throwIfEnded,
  withBudget,
  withoutBudget,
} from './attempts/request-budget.js';
export { fitting } from './attempts/smaller-parts.js';
export { sideBySide } from './attempts/side-by-side.js';
export { mapInTurns, nextTurn } from './attempts/turns.js';
export {
  CircuitBreaker,
  CircuitOpenError,
  type CircuitBreakerOptions,
  type CircuitCall,
  type CircuitState,
  type CircuitVerdict,
} from './attempts/circuit-breaker.js';
export {
  currentScope,
  NamespaceScope,
  type ScopedNamespaces,
  widenScope,
  withinNamespaces,
  withScope,
} from './model/namespace-scope.js';
export { ConsistencyScope, noteWriting, withConsistency } from './consistency/consistency-scope.js';
export { ConsistencyService } from './consistency/consistency.service.js';
export { WritePositions, type PositionStanding } from './consistency/write-positions.port.js';
export { BEFORE_ALL_WRITES, type WritePosition } from './model/write-position.js';
export {
  ERROR_CODES,
  type ErrorCode,
  MemoryError,
  InvalidRequestError,
  InvalidCoordinateError,
  PayloadTooLargeError,
  InvalidBulkItemError,
  MemoryNotFoundError,
  VersionNotFoundError,
  VersionUnavailableError,
  MissingTokenError,
  InvalidTokenError,
  IssuerUnavailableError,
  KeyNotFoundError,
  RejectedTokenError,
  RateLimitExceededError,
  RequestInFlightError,
  NamespaceForbiddenError,
  ScopeForbiddenError,
  type VersionConflict,
  VersionConflictError,
  LifecycleBusyError,
  NamespaceBusyError,
  NamespaceMovingError,
  NamespaceNotEmptyError,
  LockHeldError,
  LockLostError,
  ConsolidationNotFoundError,
  AnswerTooLargeError,
  GraphLimitError,
  MAX_ANSWER_CHARACTERS,
  ImportConflictError,
  ImportStoppedError,
  type ImportProgress,
  OutcomeUnknownError,
  RequestEndedError,
  StoreFullError,
  StoreUnavailableError,
  UnknownCursorError,
  UnknownMomentError,
  UnknownWriteError,
  WriteNotVisibleError,
  EmbedderUnavailableError,
  IndexUnavailableError,
  IndexUnusableError,
  BusUnavailableError,
} from './model/errors.js';
export { Authenticator } from './access/authenticator.port.js';
export {
  type AllowedNamespaces,
  MAX_ALLOWED_NAMESPACES,
  mayUse,
  NAMESPACE_PATTERN_RULE,
  namespacePatterns,
  type NamespacePrefix,
  toAllowedNamespaces,
} from './access/allowed-namespaces.js';
export { SCOPES, hasScope, type Grant, type Principal, type Scope } from './access/principal.js';
export { type AuditEntry, type AuditKind, type AuditedAct, actEntry } from './audit/audit-entry.js';
export { type AuditHead, type SealedEntry, auditLine, EMPTY_CHAIN, sealEntries } from './audit/audit-chain.js';
export { exportAudit } from './audit/audit-export.js';
export { AuditLog } from './audit/audit-log.port.js';
export { type AuditProblem, type AuditVerdict, verifyAudit } from './audit/verify-audit.js';
export { type ApiKey, type ApiKeyRights, type FoundKey, MAX_API_KEYS, type NewApiKey } from './credentials/api-key.js';
export { isSecret, newSecret, prefixOfSecret, type StoredSecret } from './credentials/api-key-secret.js';
export { type ApiKeyPage, ApiKeyService, type IssuedKey } from './credentials/api-key.service.js';
export { ApiKeys, type KeyUse } from './credentials/api-keys.port.js';
export { type CredentialUse, CredentialUses } from './credentials/credential-uses.js';
export { resolveNamespace } from './access/resolve-namespace.js';
export { type Coordinate, toCoordinate, parseCoordinate, coordinateKey, coordinateOfKey } from './model/coordinate.js';
export { distanceBetween } from './model/distance.js';
export { identityOf } from './model/coordinate-identity.js';
export { isPermanent, isTransient, reasonOf } from './model/failures.js';
export { derivedCoordinate } from './model/derived-coordinate.js';
export { TIME_RULE, checkExpiry, readTime } from './model/time.js';
export { shownValidity, type ShownValidity } from './model/shown-validity.js';
export {
  isSameTimes,
  isValid,
  MAX_SUPERSEDED,
  type Reading,
  type Validity,
  type ValidityChoice,
  type ValidityQuery,
  type ValidityTimes,
} from './model/validity.js';
export { validityFromJson, validityToJson } from './model/validity-json.js';
export {
  type RangeBound,
  type RangeBounds,
  type ConditionGroup,
  type FieldCondition,
  type PayloadCondition,
  type MemoryFilter,
  type FilterPart,
  type Filterable,
  groupedIn,
  isGroup,
  matchesFilter,
  valueAt,
  compareCodePoints,
} from './model/filter.js';
export { composed, isOfOneForm, withComposedNames } from './model/comparable.js';
export { valuesAt, withElements } from './model/filter-values.js';
export { haversineOf, PLACE_BOUNDS, type GeoCircle } from './model/geo.js';
export { compareInstants, INSTANT_PATTERN, instantOf, type Instant } from './model/instant.js';
export {
  type JsonValue,
  type JsonObject,
  holdsJsonNumber,
  isJsonObject,
  isNumber,
  jsonEquals,
  toDouble,
} from './model/json.js';
export { JsonNumber, stringifyJson } from './model/json-number.js';
export { parseJson } from './model/parse-json.js';
export { comparableText, compareNumbers } from './model/decimal.js';
export {
  type EnvelopeDetails,
  type MemoryEventType,
  type CheckedEvent,
  type MemoryEvent,
  type EventRecord,
} from './event-model/memory-event.js';
export { MEMORY_TYPES, type MemoryType, type Memory } from './model/memory.js';
export {
  MAX_NAMESPACE_LENGTH,
  NAMESPACE_PATTERN,
  NAMESPACE_RULE,
  type Namespace,
  quotedNamespace,
  toNamespace,
  trustedNamespace,
} from './model/namespace.js';
export {
  type WriteCommand,
  type WriteReceipt,
  type DeleteReceipt,
  type DeleteCommand,
  MemoryWriter,
} from './store/memory-writer.port.js';
export { ImportanceNormalizers, type ImportanceNormalizersOptions } from './importance/importance-normalizers.js';
export { ImportanceScale, NO_SAMPLES, scaleOf, type ImportanceState } from './importance/importance-scale.js';
export {
  type ImportanceBasis,
  type ImportanceMethod,
  type ImportanceQuantiles,
} from './importance/importance-curve.js';
export { scaleChanges, writtenUntil, type KeptScale, type SampledBatch } from './importance/scale-changes.js';
export { ImportanceStates, type KnownImportances } from './importance/importance-states.port.js';
export { type MemoryInvalidation, MemoryCache } from './read/memory-cache.port.js';
export { AccessCounter } from './read/access-counter.port.js';
export {
  type CoordinateBox,
  type CoordinatePage,
  type CoordinateQuery,
  CoordinateSearch,
  type NearestQuery,
  type NearPlace,
  type NearPlaces,
} from './read/coordinate-search.port.js';
export { NearestService, type NearestMemories, type NearMemory } from './read/nearest.service.js';
export { type KeywordLookup, type KeywordPage, type KeywordQuery, KeywordSearch } from './read/keyword-search.port.js';
export type { ListPosition } from './read/list-position.js';
export { type ListQuery, MemoryCatalog, type MemoryCounts, type MemoryPage } from './read/memory-catalog.port.js';
export { MemorySelection, type SelectionQuery } from './read/memory-selection.port.js';
export { NO_SUMMARY, SelectionService, summaryOf } from './read/selection.service.js';
export { type MemoryOutline, MemoryReader } from './read/memory-reader.port.js';
export { HistoryService, type HistoryPage, type VersionPair } from './history/history.service.js';
export { PastLinks, type PastLink, type PastLinksQuery } from './history/past-links.port.js';
export { PastMemories, type PastMoment } from './history/past-memories.port.js';
export { PastReadService } from './history/past-reads.service.js';
export { PastRecallService, type PastRecallOptions } from './history/past-recall.service.js';
export {
  ExportSource,
  type EarlierVersions,
  type LinkName,
  type LinkPlace,
  type SnapshotLinks,
  type SnapshotMemories,
  type SnapshotMemory,
  type SnapshotQuery,
} from './portability/ports/export-source.port.js';
export {
  CONFLICT_POLICIES,
  ImportTarget,
  type ConflictPolicy,
  type ImportCounts,
  type ImportedContent,
  type ImportedLink,
  type ImportedMemory,
  type ImportedVersion,
} from './portability/ports/import-target.port.js';
export type { PortableMemory, PortableVersion } from './portability/ports/portable-memory.js';
export { EXPORT_EXTRAS, type ExportExtra } from './portability/file/record-lines.js';
export { GivenVectorService, type GivenVectorPlaces } from './portability/transfer/given-vector.service.js';
export { ExportService, type ExportRequest, type RunningExport } from './portability/transfer/export.service.js';
export { IMPORT_FORMATS, type ImportFormat } from './portability/transfer/import-parts.js';
export {
  ImportService,
  type ImportListener,
  type ImportReport,
  type ImportRequest,
} from './portability/transfer/import.service.js';
export type { ImportRules } from './portability/transfer/imported-records.js';
export { placementOf, type Occupant, type Placement } from './portability/transfer/placement.js';
export { RestoreService, type RestoreRequest } from './history/restore.service.js';
export { type PatchOperation } from './history/json-patch.js';
export {
  MemoryHistory,
  type LedgerPlace,
  type LedgerVersion,
  type LedgerVersions,
  type Standing,
  type VersionContent,
  type VersionsQuery,
} from './history/memory-history.port.js';
export { type ShownVersion, type Withholding } from './history/shown-version.js';
export { Embedder, type EmbeddingCall } from './index-model/embedder.port.js';
export {
  type IndexPoint,
  type CandidateContent,
  type SearchedContent,
  type IndexChange,
  type Overlay,
  EMPTY_OVERLAY,
  type IndexQuery,
  type LaneCandidate,
} from './index-model/index-point.js';
export {
  type SessionNeighbour,
  type NeighbourQuery,
  type ContentQuery,
  type LexicalQuery,
  LexicalIndex,
  type LiteralQuery,
} from './index-model/lexical-index.port.js';
export {
  type IndexLag,
  type PendingVersion,
  PendingMemories,
  type PendingMemory,
} from './index-model/pending-memories.port.js';
export { type VectorQuery, VectorIndex } from './index-model/vector-index.port.js';
export {
  type LedgerChange,
  type FeedPosition,
  type FeedBatch,
  ChangeFeed,
} from './indexing/following/change-feed.port.js';
export { ChangeLog, type LoggedChange, type LogPage, type LogPosition } from './watch/change-log.port.js';
export { WatchService, type WatchOptions, type WatchStart } from './watch/watch.service.js';
export { EventBus } from './indexing/relay/event-bus.port.js';
export { type ForeignWrite, type ForeignDelete, EventLedger } from './indexing/events/event-ledger.port.js';
export { type PublishOutcome, type OutboxDepth, type OutboxDeadLetter, Outbox } from './indexing/relay/outbox.port.js';
export {
  type ProjectionRow,
  type SearchedRow,
  type IndexedMark,
  ProjectionSource,
} from './indexing/projection/projection-source.port.js';
export { type DerivedText, type LinkId, DerivedTables } from './verify/ports/derived-tables.port.js';
export { NamespaceLock } from './verify/ports/namespace-lock.port.js';
export { type HeldPoint, PointAudit, type PointVersion } from './verify/ports/point-audit.port.js';
export { ALTERED_DIGEST, pointDigest } from './verify/digests/point-digest.js';
export {
  type AuditedRow,
  type AuditedEntry,
  type AuditedLedger,
  type LedgerProofs,
  type AuditedCoordinate,
  type TruthTotals,
  type AuditedDeadLetter,
  type DisputedLink,
  TruthAudit,
} from './verify/ports/truth-audit.port.js';
export { type IndexDraft, VectorRebuild } from './verify/ports/vector-rebuild.port.js';
export { EmbeddedNamedLocks } from './locks/embedded-named-locks.js';
export {
  LOCK_BOUNDS,
  LockService,
  RESERVED_LOCK_PREFIX,
  type HeldLock,
  type LockedWork,
  type LockRequest,
  type LockTerms,
} from './locks/lock.service.js';
export {
  NamedLocks,
  type Acquisition,
  type LockClaim,
  type LockHold,
  type LockPlace,
  type LockProof,
} from './locks/named-locks.port.js';
export {
  MemoryTelemetry,
  SilentTelemetry,
  type LinkOperation,
  type TransferOperation,
  type TransferOutcome,
} from './telemetry/telemetry.port.js';
export { EmbeddedIdempotencyStore } from './idempotency/embedded-idempotency-store.js';
export { IdempotencyStore, type Claim, type RepeatableRequest } from './idempotency/idempotency-store.port.js';
export { ExpiredMemories } from './forget/expired-memories.port.js';
export { ForgetService } from './forget/forget.service.js';
export { QuotingMemories } from './forget/quoting-memories.port.js';
export { ConsolidatedQuotes } from './consolidation/consolidated-quotes.js';
export {
  CONSOLIDATED_FROM,
  ConsolidationPlanner,
  type ConsolidationPlan,
} from './consolidation/consolidation-planner.js';
export { type PlannedCluster, type PlannedState } from './consolidation/planned-cluster.js';
export {
  CONSOLIDATION_BOUNDS,
  DEFAULT_CONSOLIDATION,
  GROUNDS,
  type ConsolidationRequest,
  type Ground,
} from './consolidation/consolidation-request.js';
export {
  ConsolidationRuns,
  type ConsolidationRun,
  type ItemOutcome,
  type PlannedItem,
  type RunItem,
  type RunRequest,
  type RunsPage,
  type RunState,
  type RunTotals,
} from './consolidation/consolidation-runs.port.js';
export {
  ConsolidationService,
  type ConsolidationParts,
  type DetailedRun,
  type FinishedRun,
} from './consolidation/consolidation.service.js';
export { CapWatch } from './lifecycle/cap-watch.js';
export { CapWatchedWriter } from './lifecycle/cap-watched-writer.js';
export { KEPT_BY_SCORE, type DecayFacts, type DecayLevel, type DecayRules } from './lifecycle/rules/decay.js';
export { DecayWork, type Decay } from './lifecycle/decay-work.js';
export { HeldLease, LeaseLostError } from './lifecycle/held-lease.js';
export { LifecycleJobs } from './lifecycle/lifecycle-jobs.js';
export { type LifecycleReport, type Outcome } from './lifecycle/lifecycle-report.js';
export { LifecycleScheduler, type SchedulerOptions } from './lifecycle/lifecycle-scheduler.js';
export { LifecycleService, type LeaseOptions } from './lifecycle/lifecycle.service.js';
export { Pace, type PaceOptions } from './lifecycle/pace.js';
export { type DecayPage, DecayingMemories, type DecayingMemory } from './lifecycle/ports/decaying-memories.port.js';
export {
  type LeaseGrant,
  LIFECYCLE_JOBS,
  type LifecycleJob,
  LifecycleSchedule,
} from './lifecycle/ports/lifecycle-schedule.port.js';
export {
  LifecycleTelemetry,
  type RemovalReason,
  SilentLifecycleTelemetry,
} from './lifecycle/ports/lifecycle-telemetry.port.js';
export {
  type CandidateQuery,
  type RemovalCandidate,
  type RemovalCommand,
  RetainedMemories,
} from './lifecycle/ports/retained-memories.port.js';
export { RetentionPolicies } from './lifecycle/ports/retention-policies.port.js';
export { RemovalWork } from './lifecycle/removal-work.js';
export {
  NO_POLICY,
  POLICY_BOUNDS,
  type RetentionPolicy,
  type StoredPolicy,
} from './lifecycle/rules/retention-policy.js';
export { RetentionService, type NamespaceRetention } from './lifecycle/retention.service.js';
export {
  canonicalJson,
  comparableJson,
  identityJson,
  contentHash,
  canonicalContentHash,
} from './model/content-hash.js';
export { checkConditionCount, checkFilter, FILTER_BOUNDS, tooManyGroups } from './model/filter-bounds.js';
export { type PayloadLimits, checkJson, checkPayload, checkText } from './model/payload.js';
export { type PayloadFields } from './model/payload-fields.js';
export { type TermVector } from './text/term-vector.js';
export { type RecallIndexes } from './index-model/recall-indexes.js';
export { AccessRecorder } from './read/access-recorder.js';
export { type CacheLookups, CachedMemoryReader } from './read/cached-memory-reader.js';
export { AnswerSize } from './read/answer-size.js';
export { ReadService } from './read/read.service.js';
export {
  type KeywordBoost,
  type RecallRequest,
  type CollapsedHit,
  type RecallHit,
  type TokenCount,
  type RecallResult,
} from './recall/contract/recall.types.js';
export { type Explanation, type LaneExplanation, type ScoreContribution } from './recall/contract/explanation.js';
export { type FollowedPath, type FollowedStep } from './recall/contract/followed-path.js';
export { type RequestWeights } from './recall/contract/request-weights.js';
export { type Fate, type LaneView, type WhyNot } from './recall/contract/why-not.js';
export { CachedMemoryWriter } from './store/cached-memory-writer.js';
export { NotedMemoryWriter } from './indexing/following/noted-memory-writer.js';
export { AmendService, type Amendment } from './store/amend.service.js';
export {
  NamespaceCatalogService,
  type NamespacePage,
  type NamespaceSummary,
} from './namespaces/namespace-catalog.service.js';
export {
  NamespaceCopies,
  type CopyCounts,
  type CopyPlace,
  type CopyState,
} from './namespaces/namespace-copies.port.js';
export {
  NamespaceCopyService,
  type CopiedPlaces,
  type CopyOptions,
  type NamespaceCopy,
} from './namespaces/namespace-copy.service.js';
export { NamespaceMoves, type MovePhase, type NamespaceMove } from './namespaces/namespace-moves.port.js';
export {
  NamespaceRenameService,
  type NamespaceRename,
  type RenamedPlaces,
  type RenameOptions,
} from './namespaces/namespace-rename.service.js';
export {
  NamespaceRemovalService,
  type EmptiedPlaces,
  type NamespaceRemoval,
  type RemovalOptions,
} from './namespaces/namespace-removal.service.js';
export {
  NamespaceStore,
  type NamespaceFacts,
  type NamespaceRest,
  type RemovalCut,
} from './namespaces/namespace-store.port.js';
export { OutcomeService, type OutcomeReport, type ReportedOutcome } from './outcome/outcome.service.js';
export { type MicroBatcherOptions, MicroBatcher } from './store/micro-batcher.js';
export { type StoreOptions, StoreService } from './store/store.service.js';
export { type NewMemory, type StoredMemory, type StoreOutcome, type StoreLimits } from './store/store.types.js';
export { toWriteCommand } from './store/write-command.js';
export { detached } from './text/words/detached.js';
export { portionsOf } from './text/portions.js';
export { searchedText, fieldValue, scalarField } from './text/searched-text.js';
export { CacheProjection } from './indexing/projection/cache-projection.js';
export { IndexIncompleteError, IndexCompleteness } from './indexing/projection/index-completeness.js';
export { IndexLoader } from './indexing/projection/index-loader.js';
export {
  type Searched,
  toIndexPoint,
  toWordPoint,
  toSearchedContent,
  toCandidateContent,
} from './index-model/index-point-factory.js';
export { IndexWarmup, type IndexLack } from './indexing/projection/index-warmup.js';
export { RoomBoundIndex, type FilledIndex } from './indexing/projection/room-bound-index.js';
export { costOf, type IndexCost, type IndexCosts, type TruthExtent } from './indexing/room/index-cost.js';
export { IndexRoom, WARNED_SHARE, type IndexRoomOptions, type IndexState } from './indexing/room/index-room.js';
export { ProcessMemory, shareOf, usedShare, type Fill, type MemoryUse } from './indexing/room/process-memory.port.js';
export {
  type ProjectionIndex,
  type CoordinateId,
  type IndexerOptions,
  Indexer,
  applyRows,
  applyChanges,
  toMark,
  toChange,
} from './indexing/projection/indexer.js';
export { type ProcessOutcome, EventProcessor, isForeign } from './indexing/events/event-processor.js';
export {
  type RefusedEvent,
  type RecordOutcome,
  ForeignEventRecorder,
} from './indexing/events/foreign-event-recorder.js';
export { type IndexFilling } from './indexing/projection/index-filling.js';
export { IndexFollower } from './indexing/following/index-follower.js';
export { RecentWrites } from './indexing/following/recent-writes.js';
export { IndexReadiness, type RecallIndexName, type Searchable } from './index-model/index-readiness.port.js';
export { type Poisoned, applyIsolating } from './indexing/projection/isolation.js';
export { OutboxLoop } from './indexing/relay/outbox-loop.js';
export { type Lane } from './recall/lanes/lane.js';
export { GraphLane } from './recall/graph/graph-lane.js';
export { LexicalLane } from './recall/lanes/lexical-lane.js';
export { VectorLane } from './recall/lanes/vector-lane.js';
export { type OverlayOptions, OverlayReader } from './recall/overlay-reader.js';
export { type Bm25Options, DEFAULT_BM25, inverseDocumentFrequency, termScore } from './index-model/bm25.js';
export { DEFAULT_COLLAPSE_THRESHOLD, MAX_TOKEN_BUDGET } from './recall/selection/select-hits.js';
export { estimateTokens } from './recall/selection/token-estimate.js';
export { MAX_SEARCHED_FIELDS } from './recall/ranking/demanded-wording.js';
export { checkContext, CONTEXT_BOUNDS } from './recall/contract/context-bounds.js';
export {
  type SignalWeights,
  type RankingOptions,
  DEFAULT_RANKING,
  MODEL_RANKING,
} from './recall/contract/ranking-options.js';
export { type RecallOptions, RecallService } from './recall/recall.service.js';
export { WordAidedKeywordSearch } from './recall/word-aided-keyword-search.js';
export { foldCase, literalMatcher, oneSpelling, type Literal } from './text/literal-match.js';
export { analyzeQuery, type QueryAnalysis } from './text/query-analysis.js';
export { ANALYSIS_VERSION } from './text/analysis-version.js';
export { analyzeText } from './text/text-analyzer.js';
export { DEFAULT_RECHECK, type RecheckOptions } from './verify/point-comparison.js';
export { type ReindexedPlaces, ReindexService } from './reindex/reindex.service.js';
export {
  type ReindexProgress,
  type ReindexListener,
  type ReindexRequest,
  type ReindexReport,
} from './reindex/reindex.types.js';
export { type VerifiedPlaces, type VerifyOptions, VerifyService } from './verify/verify.service.js';
export {
  type DifferenceKind,
  type Difference,
  type NamespaceTotals,
  type VerifyReport,
  type VerifyProgress,
  type VerifyListener,
  type VerifyRequest,
} from './verify/verify.types.js';
export {
  enrichedPayload,
  ENVELOPE_FIELDS,
  fromEnvelope,
  toEnvelope,
  toEnvelopeDetails,
  type Announcement,
  type Enrichment,
  type EnvelopeContent,
} from './event-model/envelope.js';
export { eventKind, type EventKind } from './event-model/event-kind.js';
export { ledgerId } from './event-model/ledger-id.js';
export { type LedgerEntry } from './event-model/ledger-entry.js';
export { sentOf, type HashedEnrichment } from './event-model/enriched-payload.js';
export { EventReplay, type EventReplayPlaces, type ReplayOutcome } from './replay/event-replay.js';
export { LedgerReader, type LedgerBatch, type UnreadableEntry } from './replay/ledger-reader.port.js';
export { LedgerReplay, type LedgerReplayListener, type LedgerReplayOutcome } from './replay/ledger-replay.js';
export { LinkReplay, type LinkReplayListener, type LinkReplayOutcome } from './replay/link-replay.js';
export { toRestoredLink, type RestoredLink, type RestoredLinkEnd } from './replay/restored-link.js';
export { toRestoredEntry } from './replay/restored-entry.js';
export { TruthRestorer, type Restored, type RestoredEntry } from './replay/truth-restorer.port.js';
export { type ForeignEventOptions } from './indexing/events/foreign-event.js';
export {
  DEFAULT_GRAPH_LIMITS,
  GraphService,
  MAX_NEIGHBOUR_HOPS,
  MAX_PATH_LINKS,
  type GraphLimits,
  type LinksPage,
  type LinksQuery,
  type NeighboursQuery,
  type PathQuery,
  type UnknownNode,
} from './links/graph.service.js';
export {
  LINK_DIRECTIONS,
  MAX_LINK_TYPE_LENGTH,
  type Link,
  type LinkDirection,
  type LinkEnd,
} from './links/ports/link.js';
export { checkLinkType, checkWeight, type LinkLimits, type NewLink } from './links/link-command.js';
export {
  LinkReader,
  MAX_CHEAPEST_PATH_LINKS,
  type BridgesQuery,
  type CheapestPath,
  type CheapestPathQuery,
  type FoundPath,
  type Step,
  type StepPosition,
  type StepsFrom,
  type StepsQuery,
  type TouchingLink,
  type TouchingQuery,
} from './links/ports/link-reader.port.js';
export { LinkService, type LinksBetween, type PruneRequest } from './links/link.service.js';
export {
  LinkWriter,
  type LinkCommand,
  type LinkReceipt,
  type PruneCommand,
  type PruneReceipt,
  type RequiredEnds,
  type UnlinkCommand,
} from './links/ports/link-writer.port.js';
export { type Neighbour } from './links/neighbourhood.js';
