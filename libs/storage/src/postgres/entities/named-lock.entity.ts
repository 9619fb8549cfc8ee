import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const KEY = { type: 'text', primaryKeyConstraintName: 'named_locks_pkey', collation: 'C' } as const;

/** A lock: held until `expiresAt`. */
@Entity('named_locks')
@Index('named_locks_expires_at_idx', ['expiresAt'])
export class NamedLockEntity {
  @PrimaryColumn(KEY)
  namespace: string;

  @PrimaryColumn(KEY)
  name: string;

  @Column({ type: 'text' })
  owner: string;

  @Column({ type: 'bigint' })
  token: string;

  @Column({ type: 'timestamptz', name: 'acquired_at', precision: 3 })
  acquiredAt: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt: Date;
}
