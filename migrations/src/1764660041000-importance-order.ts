import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, dropIndex } from './concurrent-index.js';

/** The most important memories of a namespace are read along an index, those of either type by themselves. */
export class ImportanceOrder1764660041000 implements MigrationInterface {
  readonly name = 'ImportanceOrder1764660041000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await buildIndex(queryRunner, 'memories_importance_idx', {
      definition: `ON memories (namespace, type, (coalesce(importance, 0)) DESC, created_at, id) WHERE deleted_at IS NULL`,
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropIndex(queryRunner, 'memories_importance_idx');
  }
}
