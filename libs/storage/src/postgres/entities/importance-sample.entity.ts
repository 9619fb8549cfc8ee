import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The importances of one batch of writes to a namespace, in their order, not counted yet. */
@Entity('importance_samples')
export class ImportanceSampleEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'importance_samples_pkey', collation: 'C' })
  namespace: string;

  @PrimaryColumn({
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    generated: 'identity',
    primaryKeyConstraintName: 'importance_samples_pkey',
  })
  id: string;

  @Column({ type: 'double precision', array: true })
  raws: number[];

  @Column({ type: 'timestamptz', name: 'written_at', precision: 3 })
  writtenAt: Date;
}
