import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What is known of a namespace's importances: see `ImportanceState`. */
@Entity('importance_states')
export class ImportanceStateEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'importance_states_pkey', collation: 'C' })
  namespace: string;

  @Column({ type: 'bigint', default: 0 })
  count: string;

  @Column({ type: 'double precision', default: 0 })
  min: number;

  @Column({ type: 'double precision', default: 0 })
  max: number;

  @Column({ type: 'double precision', array: true, default: () => "'{}'" })
  recent: number[];

  @Column({ type: 'double precision', array: true, nullable: true })
  quantiles: number[] | null;
}
