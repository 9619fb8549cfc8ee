import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './brief-lock.js';

/**
 * Lets an event take the trace context of its request along, until a relay publishes it. Programs that do not know the
 * column go on as before.
 */
export class OutboxTraceparent1763769600000 implements MigrationInterface {
  readonly name = 'OutboxTraceparent1763769600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(withBriefLock('ALTER TABLE outbox ADD COLUMN traceparent text'));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(withBriefLock('ALTER TABLE outbox DROP COLUMN traceparent'));
  }
}
