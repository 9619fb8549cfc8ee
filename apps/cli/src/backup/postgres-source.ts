import type { ArtifactContent, BackupManifest } from '@sfm/backup';
import { withConnection, withDataSource, type TruthOptions } from '@sfm/composition';
import { dumpDatabase, MigrationRunner, restoreDatabase, type PostgresConnection, type Revision } from '@sfm/storage';
import { HEARD } from '../servers/loggers.js';
import { whileNobodyServes } from '../servers/while-nobody-serves.js';
import type { BackupSource } from './backup-sources.js';

const DUMP = 'memories.dump';

/** The truth store: memories, ledger, outbox and links, in one consistent snapshot. */
export const postgresSource: BackupSource = {
  kind: 'postgres',
  isConfigured: () => true,
  capture: ({ truth }, work) =>
    withConnection(truth, HEARD, async (connection) => {
      const { current } = await revisionOf(connection, truth);
      if (current === undefined) throw new Error('the database is empty: there is nothing to back up');
      return work({ facts: { schema: current }, artifacts: dumpOf(connection) });
    }),
  reset: ({ truth }) =>
    withConnection(truth, HEARD, async (connection, isOwned) => {
      const empty = () =>
        withDataSource(connection, truth, async (dataSource) => {
          await new MigrationRunner(dataSource).migrateDown('all');
        });
      await (isOwned ? empty() : whileNobodyServes(connection, empty));
    }),
  restore: ({ truth }, archive, backup) =>
    withConnection(truth, HEARD, async (connection, isOwned) => {
      const [dump] = backup.artifacts;
      if (dump?.name !== DUMP) throw new Error(`${backup.id} holds no ${DUMP}`);
      refuseNewerSchema(await revisionOf(connection, truth), backup);
      const replace = async () => {
        await restoreDatabase(connection, await archive.read(backup, dump));
        // Migrates a backup of an older version to the current schema.
        await withDataSource(connection, truth, async (dataSource) => {
          await new MigrationRunner(dataSource).migrateUp();
        });
      };
      await (isOwned ? replace() : whileNobodyServes(connection, replace));
    }),
};

async function* dumpOf(connection: PostgresConnection): AsyncGenerator<ArtifactContent> {
  yield { name: DUMP, facts: {}, content: dumpDatabase(connection) };
}

async function revisionOf(connection: PostgresConnection, truth: TruthOptions): Promise<Revision> {
  let revision: Revision | undefined;
  await withDataSource(connection, truth, async (dataSource) => {
    revision = await new MigrationRunner(dataSource).currentRevision();
  });
  if (!revision) throw new Error('the schema version cannot be read');
  return revision;
}

function refuseNewerSchema({ migrations }: Revision, { id, facts }: BackupManifest): void {
  if (migrations.some(({ name }) => name === facts['schema'])) return;
  throw new Error(
    `${id} was made by a newer version (schema ${String(facts['schema'])}); restore it with that version`,
  );
}
