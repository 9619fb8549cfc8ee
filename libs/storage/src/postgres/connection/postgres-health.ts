import { PostgresDatabase } from './postgres-database.js';

/** Checks whether PostgreSQL answers. */
export class PostgresHealth {
  constructor(private readonly database: PostgresDatabase) {}

  /** Returns the milliseconds a trivial query took. @throws StoreUnavailableError when PostgreSQL does not answer. */
  async check(): Promise<number> {
    const start = performance.now();
    await this.database.query({ text: 'SELECT 1' });
    return performance.now() - start;
  }
}
