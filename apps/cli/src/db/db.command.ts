import { Command } from 'commander';
import type { MigrationRunner } from '@sfm/storage';
import { downgradeCommand } from './downgrade.command.js';

/** `soma db …`: the schema of the truth store. */
export function dbCommand(): Command {
  const db = new Command('db').description('show and change the schema version of the database');
  db.command('upgrade')
    .description('apply every pending migration')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      withMigrations(async (migrations) => {
        const applied = await migrations.migrateUp();
        if (json) console.log(JSON.stringify({ applied }));
        else console.log(applied.length === 0 ? 'the schema is up to date' : `applied ${applied.join(', ')}`);
      }),
    );
  db.command('current')
    .description('show the schema version and what is pending')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      withMigrations(async (migrations) => {
        const revision = await migrations.currentRevision();
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
  db.addCommand(downgradeCommand());
  return db;
}

/** The database driver loads slowly, so help and usage errors do not load it. */
async function withMigrations(work: (migrations: MigrationRunner) => Promise<void>): Promise<void> {
  await (await import('./with-migrations.js')).withMigrations(work);
}
