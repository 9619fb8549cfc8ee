import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A namespace that was ever written to. */
@Entity('namespaces')
export class NamespaceEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'namespaces_pkey', collation: 'C' })
  name: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt: Date;
}
