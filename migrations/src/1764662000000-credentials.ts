import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * API keys, of whose secrets only hashes are kept, and the audit log. Each entry of the log is the JSON text that its hash is
 * of and that the next one names; rows can only be changed by a session that declares an erasure, as those of the ledger.
 */
export class Credentials1764662000000 implements MigrationInterface {
  readonly name = 'Credentials1764662000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE api_keys (
      id uuid NOT NULL,
      name text NOT NULL,
      prefix text COLLATE "C" NOT NULL,
      hash bytea NOT NULL,
      scopes text[] NOT NULL,
      namespaces text[] NOT NULL,
      rate_limit integer,
      expires_at timestamptz(3),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      created_by text,
      rotated_at timestamptz(3),
      last_used_at timestamptz(3),
      revoked_at timestamptz(3),
      CONSTRAINT api_keys_pkey PRIMARY KEY (id),
      CONSTRAINT api_keys_prefix_key UNIQUE (prefix)
    )`);
    await queryRunner.query(`CREATE TABLE audit_log (
      seq bigint NOT NULL,
      entry text NOT NULL,
      hash text NOT NULL,
      CONSTRAINT audit_log_pkey PRIMARY KEY (seq)
    )`);
    await queryRunner.query(`CREATE FUNCTION soma_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF coalesce(current_setting('soma.erasure', true), '') <> 'on' THEN
        RAISE EXCEPTION 'audit_log is immutable: % refused', TG_OP USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NULL;
    END
    $$`);
    await queryRunner.query(`CREATE TRIGGER audit_log_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
      FOR EACH STATEMENT EXECUTE FUNCTION soma_refuse_audit_change()`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE audit_log');
    await queryRunner.query('DROP FUNCTION soma_refuse_audit_change()');
    await queryRunner.query('DROP TABLE api_keys');
  }
}
