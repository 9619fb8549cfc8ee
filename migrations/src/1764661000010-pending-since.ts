import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './brief-lock.js';

/**
 * Says since when a memory waits for the indexes that came with times of long ago, or is to be indexed again. Null for all that
 * were written when they say: no row is rewritten.
 */
export class PendingSince1764661000010 implements MigrationInterface {
  readonly name = 'PendingSince1764661000010';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(withBriefLock('ALTER TABLE memories ADD COLUMN pending_since timestamptz(3)'));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(withBriefLock('ALTER TABLE memories DROP COLUMN pending_since'));
  }
}
