import { withConnection, withDatabase, withDataSource } from '@sfm/composition';
import { MigrationRunner } from '@sfm/storage';
import { configuredSystem } from '../servers/configured-system.js';
import { HEARD } from '../servers/loggers.js';
import { whileNobodyServes } from '../servers/while-nobody-serves.js';

/** Changes the schema while no service works on it. @throws Error naming the service that does */
export async function withMigrationsAlone(work: (migrations: MigrationRunner) => Promise<void>): Promise<void> {
  const { truth } = configuredSystem();
  await withConnection(truth, HEARD, (connection, isOwned) => {
    const change = () => withDataSource(connection, truth, (dataSource) => work(new MigrationRunner(dataSource)));
    return isOwned ? change() : whileNobodyServes(connection, change);
  });
}

/** Runs `work` on the schema of the database that the service uses. */
export async function withMigrations(work: (migrations: MigrationRunner) => Promise<void>): Promise<void> {
  const { truth } = configuredSystem();
  await withDatabase(truth, HEARD, (dataSource) => work(new MigrationRunner(dataSource)));
}
