import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A consolidation: what was asked, and what it saw. */
@Entity('consolidations')
@Check('consolidations_state_check', `state IN ('running', 'done', 'undone')`)
@Index('consolidations_number_idx', ['namespace', 'number'], { unique: true })
export class ConsolidationEntity {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'consolidations_pkey' })
  id: string;

  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' })
  number: string;

  @Column({ type: 'text', collation: 'C' })
  namespace: string;

  @Column({ type: 'text', default: 'running' })
  state: string;

  @Column({ type: 'text' })
  fingerprint: string;

  @Column({ type: 'jsonb' })
  request: object;

  @Column({ type: 'jsonb', nullable: true })
  totals: object | null;

  @Column({ type: 'timestamptz', name: 'started_at', precision: 3, default: () => 'now()' })
  startedAt: Date;

  @Column({ type: 'timestamptz', name: 'ended_at', precision: 3, nullable: true })
  endedAt: Date | null;
}
