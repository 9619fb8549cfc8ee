import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, dropIndex } from './concurrent-index.js';

/**
 * Orders the coordinates of a namespace by their first number, among those of as many dimensions: a search for the nearest
 * walks outward from there and knows when to stop. Of array expressions, so that no extension is wanted.
 */
export class NearestPlaces1764660080000 implements MigrationInterface {
  readonly name = 'NearestPlaces1764660080000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await buildIndex(queryRunner, 'memories_place_idx', {
      definition: 'ON memories (namespace, cardinality(coordinate), (coordinate[1]), id) WHERE deleted_at IS NULL',
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropIndex(queryRunner, 'memories_place_idx');
  }
}
