import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The last rename of a namespace: see `PostgresNamespaceMoves`. */
@Entity('namespace_moves')
@Check('namespace_moves_phase_check', `phase IN ('copying', 'following', 'closed', 'moved', 'done')`)
@Index('namespace_moves_target_idx', ['target'], { unique: true, where: `(phase <> 'done'::text)` })
export class NamespaceMoveEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'namespace_moves_pkey', collation: 'C' })
  source: string;

  @Column({ type: 'text', collation: 'C' })
  target: string;

  @Column({ type: 'uuid' })
  id: string;

  @Column({ type: 'text', default: 'copying' })
  phase: string;

  /** Of the ledger: what was written until then is in the target, as far as it was copied. */
  @Column({ type: 'bigint' })
  position: string;

  /** Where the phase goes on. */
  @Column({ type: 'jsonb', nullable: true })
  place: object | null;

  @Column({ type: 'bigint', default: 0 })
  memories: string;

  @Column({ type: 'bigint', default: 0 })
  links: string;

  /** When the target took over; what was created in the source until then is removed from it. */
  @Column({ type: 'timestamptz', name: 'moved_at', precision: 3, nullable: true })
  movedAt: Date | null;
}
