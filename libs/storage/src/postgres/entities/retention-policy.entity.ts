import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Which memories of a namespace are kept. */
@Entity('retention_policies')
export class RetentionPolicyEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'retention_policies_pkey', collation: 'C' })
  namespace: string;

  @Column({ type: 'bigint', name: 'max_age_seconds', nullable: true })
  maxAgeSeconds: string | null;

  @Column({ type: 'bigint', name: 'max_memories', nullable: true })
  maxMemories: string | null;

  @Column({ type: 'double precision', name: 'keep_importance_from', nullable: true })
  keepImportanceFrom: number | null;

  @Column({ type: 'integer', default: 1 })
  version: number;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, default: () => 'now()' })
  updatedAt: Date;
}
