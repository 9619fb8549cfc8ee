import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './brief-lock.js';
import { LEDGER_HASHES_DOWN, LEDGER_HASHES_TRIGGER, LEDGER_HASHES_UP } from './ledger-hashes/ledger-hashes.sql.js';

/**
 * Lets `verify` see ledger rows that were changed aside. Rows that are there already get no hash: nobody could say
 * whether they still are what was written. Programs that do not know the columns go on as before.
 */
export class LedgerHashes1764540210000 implements MigrationInterface {
  readonly name = 'LedgerHashes1764540210000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      withBriefLock('ALTER TABLE memory_events ADD COLUMN previous_hash bytea, ADD COLUMN entry_hash bytea'),
    );
    for (const statement of LEDGER_HASHES_UP) await queryRunner.query(statement);
    await queryRunner.query(withBriefLock(LEDGER_HASHES_TRIGGER));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(withBriefLock('DROP TRIGGER memory_events_chained ON memory_events'));
    for (const statement of LEDGER_HASHES_DOWN) await queryRunner.query(statement);
    await queryRunner.query(
      withBriefLock('ALTER TABLE memory_events DROP COLUMN previous_hash, DROP COLUMN entry_hash'),
    );
  }
}
