import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './brief-lock.js';
import { ledgerHashes } from './ledger-hashes/ledger-hashes.sql.js';
import {
  SUPERSEDE_FUNCTION,
  SUPERSEDE_TRIGGERS,
  SUPERSEDED_FUNCTION,
  VALIDITY_FUNCTION,
} from './validity/validity.sql.js';

/**
 * Keeps what callers say of the validity of memories, and which ones supersede others. Null for memories of which nothing
 * is said, those from before included: no row is rewritten. Each statement commits by itself, so that none holds a table
 * while it waits for another.
 */
export class Validity1764660020000 implements MigrationInterface {
  readonly name = 'Validity1764660020000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(withBriefLock('ALTER TABLE memory_events ADD COLUMN IF NOT EXISTS validity jsonb'));
    for (const statement of ledgerHashes(['payload_text', 'validity::text'])) await queryRunner.query(statement);
    await queryRunner.query(withBriefLock('ALTER TABLE memories ADD COLUMN IF NOT EXISTS validity jsonb'));
    for (const statement of [VALIDITY_FUNCTION, SUPERSEDED_FUNCTION, SUPERSEDE_FUNCTION])
      await queryRunner.query(statement);
    await this.dropTriggers(queryRunner);
    for (const trigger of SUPERSEDE_TRIGGERS) await queryRunner.query(withBriefLock(trigger));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await this.dropTriggers(queryRunner);
    for (const name of ['soma_supersede()', 'soma_superseded(text, text)', 'soma_validity(jsonb, jsonb)']) {
      await queryRunner.query(`DROP FUNCTION IF EXISTS ${name}`);
    }
    await queryRunner.query(withBriefLock('ALTER TABLE memories DROP COLUMN IF EXISTS validity'));
    for (const statement of ledgerHashes(['payload_text'])) await queryRunner.query(statement);
    await queryRunner.query(withBriefLock('ALTER TABLE memory_events DROP COLUMN IF EXISTS validity'));
  }

  private async dropTriggers(queryRunner: QueryRunner): Promise<void> {
    for (const name of ['memories_supersede_new', 'memories_supersede']) {
      await queryRunner.query(withBriefLock(`DROP TRIGGER IF EXISTS ${name} ON memories`));
    }
  }
}
