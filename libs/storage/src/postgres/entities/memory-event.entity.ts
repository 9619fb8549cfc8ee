import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** One row of the immutable ledger. */
@Entity('memory_events')
@Unique('memory_events_version_key', ['namespace', 'coordinateKey', 'version'])
@Index('ix_memory_events_namespace_timestamp', ['namespace', 'timestamp'])
@Index('ix_memory_events_event_id', ['eventId'])
@Index('memory_events_seq_idx', ['seq'], { unique: true })
@Index('memory_events_enriched_idx', ['seq'], { where: `(payload_form = 'enriched'::text)` })
export class MemoryEventEntity {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'memory_events_pkey' })
  id: string;

  @Column({ type: 'uuid', name: 'event_id' })
  eventId: string;

  @Column({ type: 'text', collation: 'C' })
  namespace: string;

  @Column({ type: 'text' })
  type: string;

  /** Epoch seconds. */
  @Column({ type: 'double precision' })
  timestamp: number;

  /** The payload the caller sent; an empty object for a deletion. See `payloadForm` for rows of earlier versions. */
  @Column({ type: 'jsonb' })
  payload: object;

  /** The payload with its numbers as they were written, where `payload` cannot hold them. */
  @Column({ type: 'text', name: 'payload_text', nullable: true })
  payloadText: string | null;

  /** Approximate commit order in the ledger: the number is drawn before commit. */
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' })
  seq: string;

  @Column({ type: 'text', name: 'coordinate_key', nullable: true, collation: 'C' })
  coordinateKey: string | null;

  @Column({ type: 'double precision', array: true, nullable: true })
  coordinate: number[] | null;

  @Column({ type: 'text', name: 'memory_type', nullable: true })
  memoryType: string | null;

  @Column({ type: 'integer', nullable: true })
  version: number | null;

  @Column({ type: 'double precision', nullable: true })
  importance: number | null;

  @Column({ type: 'bytea', name: 'content_hash', nullable: true })
  contentHash: Buffer | null;

  /** `sent`, `enriched` (by an earlier version), or `unknown`: enriched in a way that hides what was sent. */
  @Column({ type: 'text', name: 'payload_form', default: 'enriched' })
  payloadForm: string;

  /** True when another producer published the event on the event bus. */
  @Column({ type: 'boolean', default: false })
  announced: boolean;

  @Column({ type: 'bigint', name: 'memory_id', nullable: true })
  memoryId: string | null;

  @Column({ type: 'integer', name: 'created_version', nullable: true })
  createdVersion: number | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, nullable: true })
  createdAt: Date | null;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, nullable: true })
  updatedAt: Date | null;

  @Column({ type: 'double precision', name: 'importance_norm', nullable: true })
  importanceNorm: number | null;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt: Date | null;

  /** What is said of when it holds, and what supersedes it; null for a memory that always holds. */
  @Column({ type: 'jsonb', nullable: true })
  validity: Record<string, unknown> | null;

  /** `entryHash` of the version before; null for a first one, and where that one has none. */
  @Column({ type: 'bytea', name: 'previous_hash', nullable: true })
  previousHash: Buffer | null;

  /** SHA-256 of the row and `previousHash`; null for a row of an earlier version of the service. */
  @Column({ type: 'bytea', name: 'entry_hash', nullable: true })
  entryHash: Buffer | null;
}
