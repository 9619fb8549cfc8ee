import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './brief-lock.js';
import { KV_STORE_UP } from './initial/kv-store.sql.js';
import { LEDGER_HASHES_UP, ledgerHashes } from './ledger-hashes/ledger-hashes.sql.js';

/** The view as it was before. */
const KV_STORE_VIEW = KV_STORE_UP.at(-1) ?? '';

/**
 * Keeps a payload with its numbers as they were written where `jsonb` cannot: `1e5`, `-0`, `1e400`. Null for all others.
 * In `memories` the text belongs to one version, because processes of the version before write rows without it. Each
 * statement commits by itself, so that none holds a table while it waits for another.
 */
export class PayloadText1764560017000 implements MigrationInterface {
  readonly name = 'PayloadText1764560017000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(withBriefLock('ALTER TABLE memory_events ADD COLUMN IF NOT EXISTS payload_text text'));
    for (const statement of ledgerHashes(['payload_text'])) await queryRunner.query(statement);
    await queryRunner.query(
      withBriefLock(`ALTER TABLE memories
        ADD COLUMN IF NOT EXISTS payload_text text, ADD COLUMN IF NOT EXISTS payload_text_version integer`),
    );
    await queryRunner.query(`CREATE OR REPLACE VIEW kv_store (key, value, payload_text) AS
      SELECT
        namespace || ':' || soma_python_tuple(coordinate_key) || ':data',
        CASE WHEN type = 'episodic'
          THEN jsonb_build_object('timestamp', extract(epoch FROM updated_at)::double precision)
          ELSE '{}'::jsonb
        END
        || payload
        || jsonb_build_object('memory_type', type, 'coordinate', to_jsonb(coordinate), 'importance_norm', importance_norm),
        CASE WHEN payload_text_version = version THEN payload_text END
      FROM memories
      WHERE deleted_at IS NULL AND (expires_at IS NULL OR expires_at > now())`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP VIEW IF EXISTS kv_store');
    await queryRunner.query(KV_STORE_VIEW);
    await queryRunner.query(
      withBriefLock(
        'ALTER TABLE memories DROP COLUMN IF EXISTS payload_text, DROP COLUMN IF EXISTS payload_text_version',
      ),
    );
    for (const statement of LEDGER_HASHES_UP) await queryRunner.query(statement);
    await queryRunner.query(withBriefLock('ALTER TABLE memory_events DROP COLUMN IF EXISTS payload_text'));
  }
}
