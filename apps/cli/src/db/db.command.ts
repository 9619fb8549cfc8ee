import { Command } from 'commander';
import { MigrationRunner } from '@sfm/storage';
import { positiveInteger } from '../positive-integer.js';
import { withDatabase } from './with-database.js';

/** `soma db …`: the schema of the truth store. */
export function dbCommand(): Command {
  const db = new Command('db').description('show and change the schema version of the database');
  db.command('upgrade')
    .description('apply every pending migration')
    .action(() =>
      withDatabase(async (dataSource) => {
        const applied = await new MigrationRunner(dataSource).migrateUp();
        console.log(applied.length === 0 ? 'the schema is up to date' : `applied ${applied.join(', ')}`);
      }),
    );
  db.command('current')
    .description('show the schema version and what is pending')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      withDatabase(async (dataSource) => {
        const revision = await new MigrationRunner(dataSource).currentRevision();
        if (json) {
          console.log(JSON.stringify(revision, null, 2));
          return;
        }
        const pending = revision.migrations.filter(({ applied }) => !applied).map(({ name }) => name);
        console.log(
          `${revision.current ?? 'empty'}${pending.length === 0 ? ' (head)' : ` (pending: ${pending.join(', ')})`}`,
        );
        if (revision.unknown.length > 0) console.log(`applied by another version: ${revision.unknown.join(', ')}`);
      }),
    );
  db.command('downgrade')
    .description('revert migrations; what they created is dropped with its data')
    .option('--steps <n>', 'how many to revert, newest first', positiveInteger, 1)
    .option('--all', 'revert all: the database is empty afterwards')
    .action(({ steps, all }: { steps: number; all?: boolean }) =>
      withDatabase(async (dataSource) => {
        const reverted = await new MigrationRunner(dataSource).migrateDown(all ? 'all' : steps);
        console.log(reverted.length === 0 ? 'nothing to revert' : `reverted ${reverted.join(', ')}`);
      }),
    );
  return db;
}
