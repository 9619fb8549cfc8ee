import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How importances of a namespace compared from a time on, until the next: see `KeptScale`. */
@Entity('importance_scales')
export class ImportanceScaleEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'importance_scales_pkey', collation: 'C' })
  namespace: string;

  @PrimaryColumn({ type: 'timestamptz', precision: 3, primaryKeyConstraintName: 'importance_scales_pkey' })
  since: Date;

  @Column({ type: 'double precision' })
  min: number;

  @Column({ type: 'double precision' })
  max: number;

  @Column({ type: 'double precision', array: true, nullable: true })
  quantiles: number[] | null;
}
