import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * A ledger row that is not yet on the event bus; a dead letter when it can never be published (`parked_at` keeps its
 * name from the first schema).
 */
@Entity('outbox')
@Index('outbox_dead_letters_idx', ['deadLetteredAt', 'id'], { where: '(parked_at IS NOT NULL)' })
@Index('outbox_pausing_idx', ['availableAt'], { where: '((attempts > 0) AND (parked_at IS NULL))' })
export class OutboxEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'outbox_pkey',
  })
  id: string;

  @Column({ type: 'uuid', name: 'event_id' })
  eventId: string;

  @Column({ type: 'text', collation: 'C' })
  namespace: string;

  @Column({ type: 'text', name: 'coordinate_key', collation: 'C' })
  coordinateKey: string;

  @Column({ type: 'integer', nullable: true })
  version: number | null;

  @Column({ type: 'integer', default: 0 })
  attempts: number;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'available_at', precision: 3, default: () => 'now()' })
  availableAt: Date;

  @Column({ type: 'timestamptz', name: 'parked_at', precision: 3, nullable: true })
  deadLetteredAt: Date | null;

  @Column({ type: 'text', name: 'last_error', nullable: true })
  lastError: string | null;

  @Column({ type: 'text', nullable: true })
  traceparent: string | null;
}
