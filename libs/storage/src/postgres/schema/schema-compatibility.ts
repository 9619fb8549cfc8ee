import type { DataSource } from 'typeorm';
import { MigrationRunner } from './migration-runner.js';

/** Tells whether the schema of the database is one that this program knows. */
export class SchemaCompatibility {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Names the applied migrations that this program does not know, oldest first: the database is of a newer release, and
   * this one may fail on it or leave out what that one needs.
   *
   * @throws the driver's error when PostgreSQL does not answer
   */
  async unknownMigrations(): Promise<readonly string[]> {
    return (await new MigrationRunner(this.dataSource).currentRevision()).unknown;
  }
}
