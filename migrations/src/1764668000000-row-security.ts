import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withBriefLock } from './brief-lock.js';
import { buildIndex, dropIndex } from './concurrent-index.js';
import { DIMENSIONS, POLICY, protectedTables } from './row-security/row-security.sql.js';

/**
 * Holds every statement to the namespaces that its session names: see ADR 0047. Sessions of older processes and of operators name
 * none and see everything, as before.
 *
 * Behind a policy PostgreSQL uses an index only for conditions of operators that are leakproof. `cardinality` is not, so the index
 * of places is built anew on an expression that is.
 */
export class RowSecurity1764668000000 implements MigrationInterface {
  readonly name = 'RowSecurity1764668000000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await buildIndex(queryRunner, 'memories_places_idx', {
      definition: `ON memories (namespace, (${DIMENSIONS}), (coordinate[1]), id) WHERE deleted_at IS NULL`,
    });
    for (const { table, holds } of protectedTables()) {
      await queryRunner.query(
        withBriefLock(`DROP POLICY IF EXISTS ${POLICY} ON ${table};
      CREATE POLICY ${POLICY} ON ${table} USING (${holds});
      ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`),
      );
    }
    await dropIndex(queryRunner, 'memories_place_idx');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await buildIndex(queryRunner, 'memories_place_idx', {
      definition: 'ON memories (namespace, cardinality(coordinate), (coordinate[1]), id) WHERE deleted_at IS NULL',
    });
    for (const { table } of protectedTables()) {
      await queryRunner.query(
        withBriefLock(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
      DROP POLICY IF EXISTS ${POLICY} ON ${table}`),
      );
    }
    await dropIndex(queryRunner, 'memories_places_idx');
  }
}
