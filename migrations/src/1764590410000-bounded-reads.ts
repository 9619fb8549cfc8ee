import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, dropIndex } from './concurrent-index.js';

/**
 * Reads look at a bounded number of rows, along indexes. Each index takes the place of one that writes paid for already,
 * or is empty as long as nothing has failed.
 *
 * - Lists follow the creation time, which a new life of a coordinate gets anew, and no longer the id, which it keeps.
 * - What is not indexed yet is read newest first, and its oldest per namespace is known without reading all of it.
 * - Dead letters are found without reading the backlog.
 *
 * Programs of the version before answer as before, slower.
 */
export class BoundedReads1764590410000 implements MigrationInterface {
  readonly name = 'BoundedReads1764590410000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await buildIndex(queryRunner, 'memories_created_idx', {
      definition: 'ON memories (namespace, created_at, id) INCLUDE (type, deleted_at, expires_at)',
      unique: true,
    });
    await buildIndex(queryRunner, 'memories_pending_idx', {
      definition: 'ON memories (namespace, updated_at) WHERE indexed_version < version',
    });
    await buildIndex(queryRunner, 'outbox_dead_letters_idx', {
      definition: 'ON outbox (parked_at, id) WHERE parked_at IS NOT NULL',
    });
    await dropIndex(queryRunner, 'memories_namespace_id_idx');
    await dropIndex(queryRunner, 'memories_unindexed_idx');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await buildIndex(queryRunner, 'memories_unindexed_idx', {
      definition: 'ON memories (namespace) WHERE indexed_version < version',
    });
    await buildIndex(queryRunner, 'memories_namespace_id_idx', {
      definition: 'ON memories (namespace, id) INCLUDE (type, deleted_at, expires_at)',
      unique: true,
    });
    await dropIndex(queryRunner, 'outbox_dead_letters_idx');
    await dropIndex(queryRunner, 'memories_pending_idx');
    await dropIndex(queryRunner, 'memories_created_idx');
  }
}
