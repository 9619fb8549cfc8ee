import { Command } from 'commander';
import type { MigrationRunner } from '@sfm/storage';
import { CommandError, EXIT } from '../ending/exit-codes.js';
import { positiveInteger } from '../terminal/positive-integer.js';
import { processTerminal } from '../terminal/terminal.js';

interface DowngradeFlags {
  readonly steps: number;
  readonly all?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

type Preview = Awaited<ReturnType<MigrationRunner['previewDown']>>;

/** `soma db downgrade`: reverts migrations, after a question, while no service runs. */
export function downgradeCommand(): Command {
  return new Command('downgrade')
    .description('revert migrations; what they created is dropped with its data')
    .option('--steps <n>', 'how many to revert, newest first', positiveInteger, 1)
    .option('--all', 'revert all: the database is empty afterwards')
    .option('--dry-run', 'name what would be reverted and dropped, and change nothing')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .action(async (flags: DowngradeFlags) => {
      const { withMigrations, withMigrationsAlone } = await import('./with-migrations.js');
      const steps = flags.all ? 'all' : flags.steps;
      if (flags.dryRun) {
        await withMigrations(async (migrations) => tell(await migrations.previewDown(steps), flags));
        return;
      }
      await withMigrationsAlone(async (migrations) => {
        if (!flags.yes) await ask(await migrations.previewDown(steps));
        const reverted = await migrations.migrateDown(steps);
        if (flags.json) console.log(JSON.stringify({ reverted }));
        else console.log(reverted.length === 0 ? 'nothing to revert' : `reverted ${reverted.join(', ')}`);
      });
    });
}

/** @throws CommandError unless somebody at a terminal says yes */
async function ask(preview: Preview): Promise<void> {
  if (preview.reverted.length === 0) return;
  processTerminal.note(textOf(preview));
  if (!processTerminal.isInteractive) {
    throw new CommandError(EXIT.usage, 'nothing was reverted: say --yes, or ask with --dry-run what would go');
  }
  if (!(await processTerminal.confirm('Revert, and drop that?')))
    throw new CommandError(EXIT.failed, 'nothing was reverted');
}

function tell(preview: Preview, { json }: Pick<DowngradeFlags, 'json'>): void {
  console.log(json ? JSON.stringify(preview) : textOf(preview));
}

function textOf({ reverted, tables, columns }: Preview): string {
  if (reverted.length === 0) return 'nothing to revert';
  const gone = [
    ...tables.map(({ name, rows }) => `table ${name} (${rows} rows)`),
    ...columns.map((name) => `column ${name}`),
  ];
  return `would revert ${reverted.join(', ')}\nand drop ${gone.length === 0 ? 'no data' : gone.join(', ')}`;
}
