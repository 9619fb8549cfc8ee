import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './brief-lock.js';
import { LINKS_TRIGGER, LINKS_TRIGGER_OF_EXPIRED } from './links/links.sql.js';

/** Lets the links of an expired memory go when it is restored before it was removed. */
export class LinksOfExpired1764660060000 implements MigrationInterface {
  readonly name = 'LinksOfExpired1764660060000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(withBriefLock(LINKS_TRIGGER_OF_EXPIRED));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(withBriefLock(LINKS_TRIGGER.replace('CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER')));
  }
}
