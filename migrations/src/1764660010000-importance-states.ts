import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keeps what is known of importances for all processes: `importance_states` has what was counted, `importance_samples` what
 * writes have left since, a row for each batch and namespace. The samples are a queue that is mostly empty, so it is
 * vacuumed often.
 */
export class ImportanceStates1764660010000 implements MigrationInterface {
  readonly name = 'ImportanceStates1764660010000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE importance_states (
      namespace text COLLATE "C" NOT NULL,
      count bigint NOT NULL DEFAULT 0,
      min double precision NOT NULL DEFAULT 0,
      max double precision NOT NULL DEFAULT 0,
      recent double precision[] NOT NULL DEFAULT '{}',
      quantiles double precision[],
      CONSTRAINT importance_states_pkey PRIMARY KEY (namespace)
    )`);
    await queryRunner.query(`CREATE TABLE importance_samples (
      namespace text COLLATE "C" NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      raws double precision[] NOT NULL,
      written_at timestamptz(3) NOT NULL,
      CONSTRAINT importance_samples_pkey PRIMARY KEY (namespace, id)
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE importance_samples');
    await queryRunner.query('DROP TABLE importance_states');
  }
}
