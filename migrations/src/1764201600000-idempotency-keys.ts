import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What requests with an idempotency key were answered, for every process and across restarts. `answer` is null while a
 * request is being answered; whoever is at it may keep it until `until`, and the answer is repeated until then.
 */
export class IdempotencyKeys1764201600000 implements MigrationInterface {
  readonly name = 'IdempotencyKeys1764201600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE idempotency_keys (
      credential_id text COLLATE "C" NOT NULL,
      namespace text COLLATE "C" NOT NULL,
      operation text COLLATE "C" NOT NULL,
      key text COLLATE "C" NOT NULL,
      hash text NOT NULL,
      claim_id uuid NOT NULL,
      answer jsonb,
      until timestamptz(3) NOT NULL,
      CONSTRAINT idempotency_keys_pkey PRIMARY KEY (credential_id, namespace, operation, key)
    )`);
    await queryRunner.query('CREATE INDEX idempotency_keys_until_idx ON idempotency_keys (until)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE idempotency_keys');
  }
}
