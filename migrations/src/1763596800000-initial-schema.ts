import type { MigrationInterface, QueryRunner } from 'typeorm';
import { KV_STORE_DOWN, KV_STORE_UP } from './initial/kv-store.sql.js';
import { LEDGER_DOWN, LEDGER_UP } from './initial/ledger.sql.js';
import { MEMORIES_DOWN, MEMORIES_UP } from './initial/memories.sql.js';

/**
 * The truth: `memories`, the immutable ledger `memory_events`, `outbox`, `memory_links`, `namespaces` and the
 * operators' view `kv_store`. Needs no extension and no right beyond creating objects in its own schema.
 */
export class InitialSchema1763596800000 implements MigrationInterface {
  readonly name = 'InitialSchema1763596800000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [...MEMORIES_UP, ...LEDGER_UP, ...KV_STORE_UP]) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [...KV_STORE_DOWN, ...LEDGER_DOWN, ...MEMORIES_DOWN]) await queryRunner.query(statement);
  }
}
