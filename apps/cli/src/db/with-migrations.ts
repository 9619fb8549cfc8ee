import { MigrationRunner } from '@sfm/storage';
import { withDatabase } from '../servers/with-database.js';

/** Runs `work` on the schema of the database that the service uses. */
export async function withMigrations(work: (migrations: MigrationRunner) => Promise<void>): Promise<void> {
  await withDatabase((dataSource) => work(new MigrationRunner(dataSource)));
}
