import { StoreFullError } from '@sfm/memory';
import type { PostgresDatabase } from './postgres-database.js';
import { rowSecurityOf, type RowSecurity } from './row-security.js';

/** Writes some pages to the disk and forgets them. A table that is logged would leave its writing in the log. */
const NEEDS_SPACE = `DO $$ BEGIN
  CREATE TEMP TABLE sfm_space (filler text) ON COMMIT DROP;
  INSERT INTO sfm_space SELECT md5(n::text) FROM generate_series(1, 2000) n;
END $$`;

/** Checks whether PostgreSQL answers, and whether a disk that was full has space again. */
export class PostgresHealth {
  private known: RowSecurity | undefined;

  constructor(private readonly database: Pick<PostgresDatabase, 'query' | 'isSuspectedFull'>) {}

  /**
   * Returns the milliseconds a trivial query took.
   *
   * @throws StoreUnavailableError when PostgreSQL does not answer, StoreFullError while its disk is full.
   */
  async check(): Promise<number> {
    return this.timed('SELECT 1');
  }

  /** The same for a query of links. Rejects when their table cannot be read, too. */
  async checkLinks(): Promise<number> {
    return this.timed('SELECT FROM memory_links LIMIT 1');
  }

  /** Whether policies bind the role; asked once. */
  async rowSecurity(): Promise<RowSecurity> {
    this.known ??= await rowSecurityOf((text) => this.database.query({ text }));
    return this.known;
  }

  private async timed(text: string): Promise<number> {
    const start = performance.now();
    await this.database.query({ text });
    const elapsedMs = performance.now() - start;
    if (this.database.isSuspectedFull) await this.lookForSpace();
    return elapsedMs;
  }

  private async lookForSpace(): Promise<void> {
    try {
      await this.database.query({ text: NEEDS_SPACE });
    } catch (error) {
      if (error instanceof StoreFullError) throw error;
      // A role may not be allowed to do this; the next write will tell.
    }
    this.database.isSuspectedFull = false;
  }
}
