import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An entry of the audit log: see `SealedEntry`. */
@Entity('audit_log')
export class AuditEntryEntity {
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'audit_log_pkey' })
  seq: string;

  @Column({ type: 'text' })
  entry: string;

  @Column({ type: 'text' })
  hash: string;
}
