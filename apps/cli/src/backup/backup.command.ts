import { BACKUP_KINDS, type BackupKind } from '@sfm/backup';
import { Argument, Command, InvalidArgumentError } from 'commander';
import type { Flags } from './backup-operations.js';

/** The store drivers load slowly, so help and usage errors do not load them. */
const operations = () => import('./backup-operations.js');

/** `soma backup …`: copies of the stores, in a bucket or a folder. */
export function backupCommand(): Command {
  const backup = new Command('backup').description('back up the stores to a bucket or a folder, and restore them');
  const common = (command: Command) =>
    command
      .option('--to <address>', 's3://bucket/prefix or a folder; SOMA_BACKUP_TARGET without it')
      .option('--json', 'print JSON');
  common(backup.command('create').description('make a backup, then remove those older than the retention'))
    .addArgument(kindsArgument())
    .action(async (kinds: BackupKind[], flags: Flags) => (await operations()).create(kinds, flags));
  common(backup.command('list').description('list complete backups, newest last'))
    .addArgument(kindsArgument())
    .action(async (kinds: BackupKind[], flags: Flags) => (await operations()).list(kinds, flags));
  common(backup.command('check').description('read a backup whole and compare its checksums'))
    .addArgument(new Argument('<kind>', 'what it is of').choices([...BACKUP_KINDS]))
    .option('--id <id>', 'as listed; the newest without it')
    .action(async (kind: BackupKind, flags: Flags & { id?: string }) => (await operations()).check(kind, flags));
  common(backup.command('restore').description('replace what is there by a backup; stop the service first'))
    .addArgument(new Argument('<kind>', 'what it is of').choices([...BACKUP_KINDS]))
    .option('--id <id>', 'as listed; the newest without it')
    .option('--yes', 'do not ask')
    .action(async (kind: BackupKind, flags: Flags & { id?: string; yes?: boolean }) =>
      (await operations()).restore(kind, flags),
    );
  backup
    .command('reset')
    .description('delete everything that a store holds; stop the service first')
    .addArgument(new Argument('<kind>', 'which store').choices([...BACKUP_KINDS]))
    .option('--yes', 'do not ask')
    .action(async (kind: BackupKind, { yes = false }: { yes?: boolean }) => (await operations()).reset(kind, yes));
  return backup;
}

function kindsArgument(): Argument {
  const parse = (value: string, previous: BackupKind[] | undefined): BackupKind[] => {
    const kind = BACKUP_KINDS.find((known) => known === value);
    if (!kind) throw new InvalidArgumentError(`allowed are ${BACKUP_KINDS.join(' and ')}`);
    return [...(previous ?? []), kind];
  };
  return new Argument(
    '[kinds...]',
    `${BACKUP_KINDS.join(' or ')}; everything that is configured without one`,
  ).argParser(parse);
}
