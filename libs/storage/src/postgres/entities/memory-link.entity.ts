import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A directed, typed edge between two coordinates of a namespace. */
@Entity('memory_links')
@Index('memory_links_from_idx', ['namespace', 'fromKey', 'id'], { unique: true })
@Index('memory_links_to_idx', ['namespace', 'toKey', 'id'], { unique: true })
// By weight, with included columns, which the decorator cannot express.
@Index('memory_links_cheapest_from_idx', { synchronize: false })
@Index('memory_links_cheapest_to_idx', { synchronize: false })
export class MemoryLinkEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'memory_links_pkey', collation: 'C' })
  namespace: string;

  @PrimaryColumn({ type: 'text', name: 'from_key', primaryKeyConstraintName: 'memory_links_pkey', collation: 'C' })
  fromKey: string;

  @PrimaryColumn({ type: 'text', name: 'link_type', primaryKeyConstraintName: 'memory_links_pkey', collation: 'C' })
  linkType: string;

  @PrimaryColumn({ type: 'text', name: 'to_key', primaryKeyConstraintName: 'memory_links_pkey', collation: 'C' })
  toKey: string;

  @Column({ type: 'double precision', default: 1 })
  weight: number;

  @Column({ type: 'jsonb', default: {} })
  metadata: object;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, default: () => 'now()' })
  updatedAt: Date;

  /** Order in which links were first made. */
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' })
  id: string;

  @Column({ type: 'integer', default: 1 })
  version: number;

  /** The metadata with its numbers as they were written, where `metadata` cannot hold them. */
  @Column({ type: 'text', name: 'metadata_text', nullable: true })
  metadataText: string | null;

  /** `createdVersion` of the memory that the link leads from, when it was written; null where none lived. */
  @Column({ type: 'integer', name: 'from_life', nullable: true })
  fromLife: number | null;

  @Column({ type: 'integer', name: 'to_life', nullable: true })
  toLife: number | null;
}
