import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What consolidations did, to complete and to undo them; no text of a memory is kept here. And locks by name: a released
 * one stays for a while, so that the token of the next is higher for certain, see PostgresNamedLocks.
 */
const UP = [
  `CREATE TABLE consolidations (
    id uuid NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    namespace text COLLATE "C" NOT NULL,
    state text NOT NULL DEFAULT 'running',
    fingerprint text NOT NULL,
    request jsonb NOT NULL,
    totals jsonb,
    started_at timestamptz(3) NOT NULL DEFAULT now(),
    ended_at timestamptz(3),
    CONSTRAINT consolidations_pkey PRIMARY KEY (id),
    CONSTRAINT consolidations_state_check CHECK (state IN ('running', 'done', 'undone'))
  )`,
  'CREATE UNIQUE INDEX consolidations_number_idx ON consolidations (namespace, number)',
  `CREATE TABLE consolidation_items (
    consolidation_id uuid NOT NULL,
    coordinate_key text COLLATE "C" NOT NULL,
    coordinate double precision[] NOT NULL,
    content_hash text NOT NULL,
    prior_version integer NOT NULL,
    version integer,
    outcome text NOT NULL DEFAULT 'planned',
    CONSTRAINT consolidation_items_pkey PRIMARY KEY (consolidation_id, coordinate_key),
    CONSTRAINT consolidation_items_outcome_check CHECK (outcome IN ('planned', 'made', 'undone', 'left'))
  )`,
  `CREATE TABLE named_locks (
    namespace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    owner text NOT NULL,
    token bigint NOT NULL,
    acquired_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3) NOT NULL,
    CONSTRAINT named_locks_pkey PRIMARY KEY (namespace, name)
  )`,
  'CREATE INDEX named_locks_expires_at_idx ON named_locks (expires_at)',
  'CREATE SEQUENCE named_locks_token_seq',
];

const DOWN = [
  'DROP SEQUENCE named_locks_token_seq',
  'DROP TABLE named_locks',
  'DROP TABLE consolidation_items',
  'DROP TABLE consolidations',
];

export class Consolidations1764660040000 implements MigrationInterface {
  readonly name = 'Consolidations1764660040000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
  }
}
