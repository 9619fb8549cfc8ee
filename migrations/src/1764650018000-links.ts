import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './brief-lock.js';
import { LINKS_DOWN, LINKS_TRIGGER, LINKS_UP } from './links/links.sql.js';

/**
 * Makes `memory_links` what links are written to; no version before wrote any, so the table is empty and its indexes are
 * built in no time.
 */
export class Links1764650018000 implements MigrationInterface {
  readonly name = 'Links1764650018000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of LINKS_UP) await queryRunner.query(statement);
    await queryRunner.query(withBriefLock(LINKS_TRIGGER));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(withBriefLock('DROP TRIGGER memories_links_gone ON memories'));
    for (const statement of LINKS_DOWN) await queryRunner.query(statement);
  }
}
