import { withDatabase } from '@sfm/composition';
import { MigrationRunner } from '@sfm/storage';
import { configuredSystem } from '../servers/configured-system.js';
import { HEARD } from '../servers/loggers.js';

/** Runs `work` on the schema of the database that the service uses. */
export async function withMigrations(work: (migrations: MigrationRunner) => Promise<void>): Promise<void> {
  const { truth } = configuredSystem();
  await withDatabase(truth, HEARD, (dataSource) => work(new MigrationRunner(dataSource)));
}
