import { MemoryReader, type Memory, type MemoryOutline, type Namespace } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { isLiveAt } from '../rows/live-memory.js';
import {
  MEMORY_COLUMNS,
  OUTLINE_COLUMNS,
  toMemory,
  toOutline,
  type MemoryRow,
  type OutlineRow,
} from '../rows/memory-row.js';

/** Reads memories from PostgreSQL by their keys. */
export class PostgresMemoryReader extends MemoryReader {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async findByKeys(namespace: Namespace, keys: readonly string[], now: Date): Promise<readonly Memory[]> {
    if (keys.length === 0) return [];
    const rows = await this.database.query<MemoryRow>({
      name: 'sfm_find',
      text: `SELECT ${MEMORY_COLUMNS} FROM memories m
        WHERE m.namespace = $1 AND m.coordinate_key = ANY($2::text[]) AND ${isLiveAt('m', '$3')}`,
      values: [namespace, keys, now.toISOString()],
    });
    return rows.map(toMemory);
  }

  async findOutlines(namespace: Namespace, keys: readonly string[], now: Date): Promise<readonly MemoryOutline[]> {
    if (keys.length === 0) return [];
    const rows = await this.database.query<OutlineRow>({
      name: 'sfm_find_outlines',
      text: `SELECT ${OUTLINE_COLUMNS} FROM memories m
        WHERE m.namespace = $1 AND m.coordinate_key = ANY($2::text[]) AND ${isLiveAt('m', '$3')}`,
      values: [namespace, keys, now.toISOString()],
    });
    return rows.map(toOutline);
  }
}
