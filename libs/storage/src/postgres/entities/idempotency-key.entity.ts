import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const KEY = { type: 'text', primaryKeyConstraintName: 'idempotency_keys_pkey', collation: 'C' } as const;

/** A request with an idempotency key: claimed while `answer` is null, answered otherwise. */
@Entity('idempotency_keys')
@Index('idempotency_keys_until_idx', ['until'])
export class IdempotencyKeyEntity {
  @PrimaryColumn({ ...KEY, name: 'credential_id' })
  credentialId: string;

  @PrimaryColumn(KEY)
  namespace: string;

  @PrimaryColumn(KEY)
  operation: string;

  @PrimaryColumn(KEY)
  key: string;

  @Column({ type: 'text' })
  hash: string;

  @Column({ type: 'uuid', name: 'claim_id' })
  claimId: string;

  @Column({ type: 'jsonb', nullable: true })
  answer: object | null;

  @Column({ type: 'timestamptz', precision: 3 })
  until: Date;
}
