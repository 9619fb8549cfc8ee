import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A directed, typed edge between two coordinates of a namespace. */
@Entity('memory_links')
@Index('memory_links_to_idx', ['namespace', 'toKey'])
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
}
