import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

const KEY = { primaryKeyConstraintName: 'consolidation_items_pkey' } as const;

/** A memory that a consolidation wrote, or is to write. */
@Entity('consolidation_items')
@Check('consolidation_items_outcome_check', `outcome IN ('planned', 'made', 'undone', 'left')`)
export class ConsolidationItemEntity {
  @PrimaryColumn({ ...KEY, type: 'uuid', name: 'consolidation_id' })
  consolidationId: string;

  @PrimaryColumn({ ...KEY, type: 'text', name: 'coordinate_key', collation: 'C' })
  coordinateKey: string;

  @Column({ type: 'double precision', array: true })
  coordinate: number[];

  @Column({ type: 'text', name: 'content_hash' })
  contentHash: string;

  @Column({ type: 'integer', name: 'prior_version' })
  priorVersion: number;

  @Column({ type: 'integer', nullable: true })
  version: number | null;

  @Column({ type: 'text', default: 'planned' })
  outcome: string;
}
