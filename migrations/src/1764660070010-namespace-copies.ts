import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far a namespace was copied from another one, so that an interrupted copy goes on. */
export class NamespaceCopies1764660070010 implements MigrationInterface {
  readonly name = 'NamespaceCopies1764660070010';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE namespaces ADD COLUMN copy jsonb');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE namespaces DROP COLUMN copy');
  }
}
