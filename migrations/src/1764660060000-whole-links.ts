import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './brief-lock.js';
import { KV_STORE_WITH_LINKS, KV_STORE_WITHOUT_LINKS } from './links/kv-store-links.sql.js';
import { LINKS_TRIGGER, LINKS_TRIGGER_OF_EXPIRED } from './links/links.sql.js';

/**
 * Lets the links of an expired memory go when it is restored before it was removed, and shows operators the links of a memory
 * where the Python service kept them.
 */
export class WholeLinks1764660060000 implements MigrationInterface {
  readonly name = 'WholeLinks1764660060000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(withBriefLock(LINKS_TRIGGER_OF_EXPIRED));
    await queryRunner.query(KV_STORE_WITH_LINKS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(KV_STORE_WITHOUT_LINKS);
    await queryRunner.query(withBriefLock(LINKS_TRIGGER.replace('CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER')));
  }
}
