import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './brief-lock.js';

/**
 * Lets a ledger row hold everything a memory is made of: the payload as it was sent, and beside it creation id and life,
 * times, expiry and normalised importance.
 *
 * `payload_form` says how to read `payload`: `sent` is the caller's JSON; `enriched` is what earlier versions wrote, with
 * `coordinate`, `memory_type`, `importance_norm` and `timestamp` mixed in, and what programs that do not know the column
 * still write; `unknown` is enriched, and what was sent cannot be told from it. `announced` marks what another producer said
 * on the event bus.
 */
export class LosslessLedger1764028800000 implements MigrationInterface {
  readonly name = 'LosslessLedger1764028800000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      withBriefLock(`ALTER TABLE memory_events
        ADD COLUMN payload_form text NOT NULL DEFAULT 'enriched',
        ADD COLUMN announced boolean NOT NULL DEFAULT false,
        ADD COLUMN memory_id bigint,
        ADD COLUMN created_version integer,
        ADD COLUMN created_at timestamptz(3),
        ADD COLUMN updated_at timestamptz(3),
        ADD COLUMN importance_norm double precision,
        ADD COLUMN expires_at timestamptz(3)`),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      withBriefLock(`ALTER TABLE memory_events
        DROP COLUMN payload_form, DROP COLUMN announced, DROP COLUMN memory_id, DROP COLUMN created_version, DROP COLUMN created_at,
        DROP COLUMN updated_at, DROP COLUMN importance_norm, DROP COLUMN expires_at`),
    );
  }
}
