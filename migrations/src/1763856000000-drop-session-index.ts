import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './brief-lock.js';

/**
 * Nothing reads it any more: what surrounds a memory in its session comes from the index of words. Every write paid for
 * it. Programs that still read it answer as before, slower.
 */
export class DropSessionIndex1763856000000 implements MigrationInterface {
  readonly name = 'DropSessionIndex1763856000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(withBriefLock('DROP INDEX memories_session_idx'));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE INDEX memories_session_idx ON memories (namespace, session, id)
      WHERE session IS NOT NULL AND deleted_at IS NULL`);
  }
}
