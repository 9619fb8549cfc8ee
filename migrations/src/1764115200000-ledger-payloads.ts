import type { MigrationInterface, QueryRunner } from 'typeorm';
import { convertLedger, erasing } from './ledger-payloads/convert-ledger.js';

/** Earlier versions read enriched payloads only. */
const ENRICH = `
UPDATE memory_events SET payload_form = 'enriched', payload =
    CASE WHEN memory_type = 'episodic' AND type <> 'deleted'
      THEN jsonb_build_object('timestamp', "timestamp") ELSE '{}'::jsonb END
    || payload
    || jsonb_strip_nulls(jsonb_build_object('memory_type', memory_type, 'coordinate', coordinate))
    || CASE WHEN type <> 'deleted'
      THEN jsonb_build_object('importance_norm', coalesce(importance_norm, 0)) ELSE '{}'::jsonb END
  WHERE payload_form = 'sent' AND coordinate_key IS NOT NULL`;

/** Converts the ledger of earlier versions. What they still write in a rolling update, the next start converts. */
export class LedgerPayloads1764115200000 implements MigrationInterface {
  readonly name = 'LedgerPayloads1764115200000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await convertLedger(queryRunner);
    // Finds what is left to convert; rows of this version are none of it.
    await queryRunner.query(`CREATE INDEX CONCURRENTLY IF NOT EXISTS memory_events_enriched_idx ON memory_events (seq)
      WHERE payload_form = 'enriched'`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX IF EXISTS memory_events_enriched_idx');
    await erasing(queryRunner, () => queryRunner.query(ENRICH));
  }
}
