import type { ArtifactContent, BackupManifest } from '@sfm/backup';
import { dumpDatabase, MigrationRunner, restoreDatabase, type PostgresConnection, type Revision } from '@sfm/storage';
import { withConnection, withDataSource } from '../servers/with-database.js';
import { whileNobodyServes } from '../servers/while-nobody-serves.js';
import type { BackupSource } from './backup-sources.js';

const DUMP = 'memories.dump';

/** The truth store: memories, ledger, outbox and links, of one instant. */
export const postgresSource: BackupSource = {
  kind: 'postgres',
  isConfigured: () => true,
  capture: (config, work) =>
    withConnection(config, async (connection) => {
      const { current } = await revisionOf(connection);
      if (current === undefined) throw new Error('the database is empty: there is nothing to back up');
      return work({ facts: { schema: current }, artifacts: dumpOf(connection) });
    }),
  reset: (config) =>
    withConnection(config, async (connection, isOwned) => {
      const empty = () =>
        withDataSource(connection, async (dataSource) => {
          await new MigrationRunner(dataSource).migrateDown('all');
        });
      await (isOwned ? empty() : whileNobodyServes(connection, empty));
    }),
  restore: (config, archive, backup) =>
    withConnection(config, async (connection, isOwned) => {
      const [dump] = backup.artifacts;
      if (dump?.name !== DUMP) throw new Error(`${backup.id} holds no ${DUMP}`);
      await refuseNewerSchema(connection, backup);
      const replace = async () => {
        await restoreDatabase(connection, await archive.read(backup, dump));
        // A backup of an older version is brought to this one's schema.
        await withDataSource(connection, async (dataSource) => {
          await new MigrationRunner(dataSource).migrateUp();
        });
      };
      await (isOwned ? replace() : whileNobodyServes(connection, replace));
    }),
};

async function* dumpOf(connection: PostgresConnection): AsyncGenerator<ArtifactContent> {
  yield { name: DUMP, facts: {}, content: dumpDatabase(connection) };
}

async function revisionOf(connection: PostgresConnection): Promise<Revision> {
  let revision: Revision | undefined;
  await withDataSource(connection, async (dataSource) => {
    revision = await new MigrationRunner(dataSource).currentRevision();
  });
  if (!revision) throw new Error('the schema version cannot be read');
  return revision;
}

async function refuseNewerSchema(connection: PostgresConnection, { id, facts }: BackupManifest): Promise<void> {
  const { migrations } = await revisionOf(connection);
  if (migrations.some(({ name }) => name === facts['schema'])) return;
  throw new Error(
    `${id} was made by a newer version (schema ${String(facts['schema'])}); restore it with that version`,
  );
}
