import { Check, Column, Entity, Generated, Index, PrimaryColumn } from 'typeorm';

/** Current state of one coordinate; a tombstone when `deletedAt` is set. */
@Entity('memories')
@Check('memories_type_check', `type IN ('episodic', 'semantic')`)
@Check('memories_coordinate_check', 'cardinality(coordinate) >= 1')
@Check('memories_version_check', 'version >= created_version AND created_version >= 1')
@Check('memories_indexed_version_check', 'indexed_version BETWEEN 0 AND version')
@Check('memories_importance_norm_check', 'importance_norm BETWEEN 0 AND 1')
@Check('memories_embedding_check', '(embedding IS NULL) = (embedding_space IS NULL)')
@Check(
  'memories_tombstone_check',
  `CASE WHEN deleted_at IS NULL THEN payload IS NOT NULL AND content_hash IS NOT NULL
   ELSE payload IS NULL AND content_hash IS NULL AND searched_text = '' AND session IS NULL
     AND importance IS NULL AND embedding IS NULL AND expires_at IS NULL END`,
)
// Unique on (namespace, created_at, id), with included columns, which the decorator cannot express.
// On (namespace, type, coalesce(importance, 0) DESC, created_at, id), an expression.
@Index('memories_importance_idx', { synchronize: false })
// On expressions, which the decorator cannot express.
@Index('memories_places_idx', { synchronize: false })
@Index('memories_retention_idx', { synchronize: false })
@Index('memories_pending_idx', ['namespace', 'updatedAt'], { where: '(indexed_version < version)' })
@Index('memories_expires_at_idx', ['expiresAt'], { where: '(expires_at IS NOT NULL)' })
export class MemoryEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'memories_pkey', collation: 'C' })
  namespace: string;

  @PrimaryColumn({ type: 'text', name: 'coordinate_key', primaryKeyConstraintName: 'memories_pkey', collation: 'C' })
  coordinateKey: string;

  @Column({ type: 'bigint' })
  @Generated('increment')
  id: string;

  @Column({ type: 'double precision', array: true })
  coordinate: number[];

  @Column({ type: 'integer' })
  version: number;

  @Column({ type: 'integer', name: 'created_version' })
  createdVersion: number;

  @Column({ type: 'integer', name: 'indexed_version', default: 0 })
  indexedVersion: number;

  @Column({ type: 'integer', name: 'access_count', default: 0 })
  accessCount: number;

  @Column({ type: 'text' })
  type: string;

  @Column({ type: 'jsonb', nullable: true })
  payload: object | null;

  /** The payload with its numbers as they were written, where `payload` cannot hold them. */
  @Column({ type: 'text', name: 'payload_text', nullable: true })
  payloadText: string | null;

  /** The version that `payloadText` belongs to; of any other version it says nothing. */
  @Column({ type: 'integer', name: 'payload_text_version', nullable: true })
  payloadTextVersion: number | null;

  @Column({ type: 'text', name: 'searched_text', default: '' })
  searchedText: string;

  @Column({ type: 'text', nullable: true, collation: 'C' })
  session: string | null;

  @Column({ type: 'double precision', nullable: true })
  importance: number | null;

  @Column({ type: 'double precision', name: 'importance_norm', default: 0 })
  importanceNorm: number;

  @Column({ type: 'bytea', name: 'content_hash', nullable: true })
  contentHash: Buffer | null;

  @Column({ type: 'bytea', nullable: true })
  embedding: Buffer | null;

  @Column({ type: 'text', name: 'embedding_space', nullable: true })
  embeddingSpace: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 })
  updatedAt: Date;

  @Column({ type: 'timestamptz', name: 'last_accessed_at', precision: 3, nullable: true })
  lastAccessedAt: Date | null;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt: Date | null;

  /** What is said of when it holds, and what supersedes it; null for a memory that always holds. */
  @Column({ type: 'jsonb', nullable: true })
  validity: Record<string, unknown> | null;

  /** Since when it waits for the indexes, where that is later than `updatedAt`. */
  @Column({ type: 'timestamptz', name: 'pending_since', precision: 3, nullable: true })
  pendingSince: Date | null;

  @Column({ type: 'timestamptz', name: 'deleted_at', precision: 3, nullable: true })
  deletedAt: Date | null;
}
