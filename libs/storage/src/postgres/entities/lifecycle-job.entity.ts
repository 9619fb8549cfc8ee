import { Column, Entity, PrimaryColumn } from 'typeorm';

/** When a job on the life of memories is due. */
@Entity('lifecycle_jobs')
export class LifecycleJobEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'lifecycle_jobs_pkey', collation: 'C' })
  name: string;

  @Column({ type: 'timestamptz', name: 'due_at', default: () => 'now()' })
  dueAt: Date;

  /** When it was last done to its end. */
  @Column({ type: 'timestamptz', name: 'done_at', nullable: true })
  doneAt: Date | null;
}
