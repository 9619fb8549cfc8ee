import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets processes follow the ledger by its sequence: see `ChangeFeed`. Numbers only grow, so the index grows at one end. */
export class LedgerFeed1763683200000 implements MigrationInterface {
  readonly name = 'LedgerFeed1763683200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE UNIQUE INDEX memory_events_seq_idx ON memory_events (seq)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX memory_events_seq_idx');
  }
}
