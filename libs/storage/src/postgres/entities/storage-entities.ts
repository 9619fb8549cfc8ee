import { ApiKeyEntity } from './api-key.entity.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { ConsolidationItemEntity } from './consolidation-item.entity.js';
import { ConsolidationEntity } from './consolidation.entity.js';
import { IdempotencyKeyEntity } from './idempotency-key.entity.js';
import { ImportanceSampleEntity } from './importance-sample.entity.js';
import { ImportanceScaleEntity } from './importance-scale.entity.js';
import { ImportanceStateEntity } from './importance-state.entity.js';
import { LifecycleJobEntity } from './lifecycle-job.entity.js';
import { LifecycleLeaseEntity } from './lifecycle-lease.entity.js';
import { MemoryEventEntity } from './memory-event.entity.js';
import { MemoryLinkEntity } from './memory-link.entity.js';
import { MemoryEntity } from './memory.entity.js';
import { NamedLockEntity } from './named-lock.entity.js';
import { NamespaceMoveEntity } from './namespace-move.entity.js';
import { NamespaceEntity } from './namespace.entity.js';
import { OutboxEntity } from './outbox.entity.js';
import { RetentionPolicyEntity } from './retention-policy.entity.js';

/** Every table of the truth, for a TypeORM DataSource. The schema itself is made by migrations only. */
export const STORAGE_ENTITIES = [
  ApiKeyEntity,
  AuditEntryEntity,
  ConsolidationEntity,
  ConsolidationItemEntity,
  IdempotencyKeyEntity,
  ImportanceSampleEntity,
  ImportanceScaleEntity,
  ImportanceStateEntity,
  LifecycleJobEntity,
  LifecycleLeaseEntity,
  MemoryEntity,
  MemoryEventEntity,
  MemoryLinkEntity,
  NamedLockEntity,
  NamespaceEntity,
  NamespaceMoveEntity,
  OutboxEntity,
  RetentionPolicyEntity,
];
