import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './brief-lock.js';

/**
 * Relays read the outbox along its primary key and look up only the few events that pause, so writes need not keep an index
 * of its coordinates any more. Programs that still read it answer as before, slower.
 */
export class OutboxPausingIndex1763942400000 implements MigrationInterface {
  readonly name = 'OutboxPausingIndex1763942400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      withBriefLock(
        'CREATE INDEX outbox_pausing_idx ON outbox (available_at) WHERE attempts > 0 AND parked_at IS NULL',
      ),
    );
    await queryRunner.query(withBriefLock('DROP INDEX outbox_coordinate_idx'));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE INDEX outbox_coordinate_idx ON outbox (namespace, coordinate_key, id)');
    await queryRunner.query(withBriefLock('DROP INDEX outbox_pausing_idx'));
  }
}
