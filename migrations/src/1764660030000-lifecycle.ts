import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, dropIndex } from './concurrent-index.js';

/**
 * What decides which memories are kept, and who works on it.
 *
 * The index by which memories are listed also knows their importance, so that what a cap removes is found without reading
 * memories; it takes the place of the one that did not.
 */
export class Lifecycle1764660030000 implements MigrationInterface {
  readonly name = 'Lifecycle1764660030000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE IF NOT EXISTS retention_policies (
      namespace text COLLATE "C" NOT NULL,
      max_age_seconds bigint,
      max_memories bigint,
      keep_importance_from double precision,
      version integer NOT NULL DEFAULT 1,
      updated_at timestamptz(3) NOT NULL DEFAULT now(),
      CONSTRAINT retention_policies_pkey PRIMARY KEY (namespace)
    )`);
    await queryRunner.query(`CREATE TABLE IF NOT EXISTS lifecycle_lease (
      name text COLLATE "C" NOT NULL,
      fence bigint NOT NULL DEFAULT 0,
      holder text,
      held_until timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT lifecycle_lease_pkey PRIMARY KEY (name)
    )`);
    await queryRunner.query(`INSERT INTO lifecycle_lease (name) VALUES ('lifecycle') ON CONFLICT DO NOTHING`);
    await queryRunner.query(`CREATE TABLE IF NOT EXISTS lifecycle_jobs (
      name text COLLATE "C" NOT NULL,
      due_at timestamptz NOT NULL DEFAULT now(),
      done_at timestamptz,
      CONSTRAINT lifecycle_jobs_pkey PRIMARY KEY (name)
    )`);
    await queryRunner.query(
      `INSERT INTO lifecycle_jobs (name) VALUES ('expire'), ('retain'), ('decay') ON CONFLICT DO NOTHING`,
    );
    await buildIndex(queryRunner, 'memories_retention_idx', {
      definition: 'ON memories (namespace, created_at, id) INCLUDE (type, deleted_at, expires_at, importance)',
      unique: true,
    });
    await dropIndex(queryRunner, 'memories_created_idx');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await buildIndex(queryRunner, 'memories_created_idx', {
      definition: 'ON memories (namespace, created_at, id) INCLUDE (type, deleted_at, expires_at)',
      unique: true,
    });
    await dropIndex(queryRunner, 'memories_retention_idx');
    await queryRunner.query('DROP TABLE IF EXISTS lifecycle_jobs');
    await queryRunner.query('DROP TABLE IF EXISTS lifecycle_lease');
    await queryRunner.query('DROP TABLE IF EXISTS retention_policies');
  }
}
