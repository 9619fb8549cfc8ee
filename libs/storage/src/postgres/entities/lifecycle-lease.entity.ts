import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who works on the life of memories: one row. */
@Entity('lifecycle_lease')
export class LifecycleLeaseEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'lifecycle_lease_pkey', collation: 'C' })
  name: string;

  /** Grows with every grant. */
  @Column({ type: 'bigint', default: 0 })
  fence: string;

  /** Tells operators which process it is, or was. */
  @Column({ type: 'text', nullable: true })
  holder: string | null;

  @Column({ type: 'timestamptz', name: 'held_until', default: () => 'now()' })
  heldUntil: Date;
}
