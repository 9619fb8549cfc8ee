export {
  excerpt,
  fieldName,
  fieldPath,
  InvalidShapeError,
  type FieldPath,
  type FieldProblem,
  type RequestPart,
} from './checks/field-problem.js';
export { readShape } from './checks/read-shape.js';
export { type RequestBounds } from './checks/request-bounds.js';
export { RequestLimits } from './checks/request-limits.js';
export { ConsistentRequests } from './consistency/consistent-requests.js';
export { describeError } from './errors/describe-error.js';
export { EdgeModule, type EdgeModuleSetup } from './edge.module.js';
export { type EdgeOptions } from './edge.options.js';
export {
  INTERNAL_ERROR,
  type DescribedCode,
  type ErrorDescription,
  type Loudness,
} from './errors/error-description.js';
export { FILTER_RULE, parseFilter } from './filters/filter-syntax.js';
export { HealthReader, type HealthReport, type PartHealth } from './health/health-reader.js';
export {
  IDEMPOTENCY_KEY_PATTERN,
  IdempotentRequests,
  type Outcome,
  type RepeatableCall,
} from './idempotency/idempotent-requests.js';
export {
  diffView,
  historyView,
  toVersionsQuery,
  type HistoryFields,
  type HistoryPlace,
} from './mapping/history-view.js';
export { toAmendment } from './mapping/amendment.js';
export { toMemoryFilter, type FilterFields } from './mapping/memory-filter.js';
export { pageView, toListQuery, type PageFields } from './mapping/memory-page.js';
export { lifecycleReportView, retentionView, toRetentionPolicy } from './mapping/lifecycle-view.js';
export { linkView, neighborView, pathView } from './mapping/link-view.js';
export { fullMemoryView, hitView, memoryView } from './mapping/memory-view.js';
export { nearestView, toNearestQuery } from './mapping/nearest.js';
export { toNewMemory } from './mapping/new-memory.js';
export { changesView, toWatchStart, type ChangesFields } from './mapping/changes-view.js';
export { ChangeSchema, ChangesSchema } from './schemas/change.schemas.js';
export { WatchPositions } from './mapping/watch-positions.js';
export { PageCursor } from './mapping/page-cursor.js';
export { lagView, recalledView } from './mapping/recalled-view.js';
export { toRecallRequest } from './mapping/recall-request.js';
export { toValidityChoice } from './mapping/validity.js';
export {
  COORDINATE_LIST,
  COORDINATE_PATTERN,
  coordinateInput,
  filterInput,
  instant,
  knownAtField,
  memoryType,
  payloadInput,
  timeBounds,
} from './schemas/fields.js';
export { FILTER_SCHEMA } from './schemas/filter-schema.js';
export { NearestBodySchema, NearestSchema, type NearestBody } from './schemas/nearest.schemas.js';
export { INCLUDE_SUPERSEDED, validAtField } from './schemas/validity-fields.js';
export {
  DiffSchema,
  HistorySchema,
  PatchOperationSchema,
  RestoredSchema,
  RestoreSchema,
  VersionSchema,
  type RestoreBody,
} from './schemas/history.schemas.js';
export { comparedObject, JSON_VALUE, jsonObject } from './schemas/json-object.js';
export { ImportBodySchema, ImportReportSchema, toExtras } from './schemas/portability.schemas.js';
export {
  LifecycleReportSchema,
  LifecycleRunSchema,
  RetentionPolicySchema,
  RetentionSchema,
  type LifecycleRunBody,
  type RetentionPolicyBody,
} from './schemas/lifecycle.schemas.js';
export {
  ReindexBodySchema,
  VerifyBodySchema,
  type ReindexBody,
  type VerifyBody,
} from './schemas/maintenance.schemas.js';
export {
  linkDirectionField,
  LINK_TYPE_PATTERN,
  LinkPageSchema,
  LinkSchema,
  linkTypeField,
  metadataField,
  NeighborsSchema,
  NewLinkSchema,
  PruneBodySchema,
  RemovedLinksSchema,
  ShortestPathSchema,
  WrittenLinkSchema,
  type NewLinkBody,
  type PruneBody,
} from './schemas/link.schemas.js';
export { ListBodySchema } from './schemas/list.schemas.js';
export {
  LinksBodySchema,
  MAX_PATH_DEPTH,
  NeighborsBodySchema,
  PathBodySchema,
  UnlinkBodySchema,
} from './schemas/link-query.schemas.js';
export { namespacePageView, namespaceView, readNamespaceCursor } from './mapping/namespace-view.js';
export {
  CloneNamespaceSchema,
  RenameNamespaceSchema,
  NamespaceCloneSchema,
  NamespaceRenameSchema,
  NamespacePageSchema,
  NamespaceRemovalSchema,
  NamespaceSchema,
} from './schemas/namespace.schemas.js';
export { OutcomeBodySchema, ReportedOutcomeSchema, type OutcomeBody } from './schemas/outcome.schemas.js';
export {
  AmendmentSchema,
  memoryFields,
  MemoryPageSchema,
  MemorySchema,
  NewMemoryBatchSchema,
  NewMemorySchema,
  placeField,
  versionField,
  WrittenMemorySchema,
  type AmendmentBody,
  type NewMemoryBatch,
  type NewMemoryBody,
} from './schemas/memory.schemas.js';
export {
  ExplanationSchema,
  HitSchema,
  RecallBatchSchema,
  RecallBodySchema,
  type RecallBatch,
  RecalledSchema,
  type RecallBody,
} from './schemas/recall.schemas.js';
export { withBounds } from './schemas/with-bounds.js';
export { WeightsSchema } from './schemas/weights.schemas.js';
export { FollowedPathSchema } from './schemas/explanation.schemas.js';
export { WhyNotSchema } from './schemas/why-not.schemas.js';
export { SCOPE_OF, admit, type UseCase } from './use-cases/admission.js';
export { AuthorizedHistory } from './use-cases/authorized-history.js';
export {
  AuthorizedMaintenance,
  type AdmittedWork,
  type ReindexAllListener,
} from './use-cases/authorized-maintenance.js';
export { AuthorizedNamespaces } from './use-cases/authorized-namespaces.js';
export { AuthorizedNearest } from './use-cases/authorized-nearest.js';
export { AuthorizedOutcomes } from './use-cases/authorized-outcomes.js';
export { AuthorizedPast } from './use-cases/authorized-past.js';
export { HeldCredentials, type HeldCredential } from './use-cases/held-credentials.js';
export { AuthorizedPortability, type HeldExport } from './use-cases/authorized-portability.js';
export { AuthorizedKeys } from './use-cases/authorized-keys.js';
export { AuthorizedLifecycle } from './use-cases/authorized-lifecycle.js';
export { AuthorizedLinks } from './use-cases/authorized-links.js';
export { AuthorizedQuestions, type Answered, type Question } from './use-cases/authorized-questions.js';
export { AuthorizedReads } from './use-cases/authorized-reads.js';
export { AuthorizedRecall } from './use-cases/authorized-recall.js';
export { AuthorizedWatch } from './use-cases/authorized-watch.js';
export { AuthorizedWrites } from './use-cases/authorized-writes.js';
export {
  consolidationDetailView,
  consolidationPageView,
  consolidationPlanView,
  finishedConsolidationView,
  toConsolidationRequest,
} from './mapping/consolidation-view.js';
export { heldLockView, lockView } from './mapping/lock-view.js';
export {
  ConsolidationDetailSchema,
  ConsolidationPageSchema,
  ConsolidationPlanSchema,
  FinishedConsolidationSchema,
  NewConsolidationSchema,
  type NewConsolidationBody,
} from './schemas/consolidation.schemas.js';
export {
  AcquireLockSchema,
  HeldLockSchema,
  LOCK_NAME_SCHEMA,
  LockSchema,
  ReleasedLockSchema,
  RenewLockSchema,
  type AcquireLockBody,
  type RenewLockBody,
} from './schemas/lock.schemas.js';
export { AuthorizedAudit } from './use-cases/authorized-audit.js';
export { AuthorizedConsolidations } from './use-cases/authorized-consolidations.js';
export { AuthorizedLocks } from './use-cases/authorized-locks.js';
export { AuthorizedSelection } from './use-cases/authorized-selection.js';
export { issuedKeyView, keyPageView, keyView, toKeyId, toNewKey } from './mapping/key-view.js';
export {
  IssuedKeySchema,
  KEY_ID_SCHEMA,
  KeyPageSchema,
  KeySchema,
  NewKeySchema,
  type NewKeyBody,
} from './schemas/key.schemas.js';
