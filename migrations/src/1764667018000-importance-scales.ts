import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keeps how importances compared at each time, for recalls of the past. What is known of a namespace already holds from now on;
 * processes of the version before count without keeping it, and the next that counts makes up for them.
 */
export class ImportanceScales1764667018000 implements MigrationInterface {
  readonly name = 'ImportanceScales1764667018000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE importance_scales (
      namespace text COLLATE "C" NOT NULL,
      since timestamptz(3) NOT NULL,
      min double precision NOT NULL,
      max double precision NOT NULL,
      quantiles double precision[],
      CONSTRAINT importance_scales_pkey PRIMARY KEY (namespace, since)
    )`);
    await queryRunner.query(`INSERT INTO importance_scales (namespace, since, min, max, quantiles)
      SELECT namespace, clock_timestamp(), min, max, quantiles FROM importance_states WHERE count > 0`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE importance_scales');
  }
}
