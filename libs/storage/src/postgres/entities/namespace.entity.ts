import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A namespace that has been written to at least once. */
@Entity('namespaces')
export class NamespaceEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'namespaces_pkey', collation: 'C' })
  name: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt: Date;

  /** How far it was copied from another one: see `PostgresNamespaceCopies`. */
  @Column({ type: 'jsonb', nullable: true })
  copy: object | null;
}
