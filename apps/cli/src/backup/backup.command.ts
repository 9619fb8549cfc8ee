import { BACKUP_KINDS, BackupArchive, openObjectStore, type BackupKind, type BackupManifest } from '@sfm/backup';
import { loadConfig, readEnvironment, type AppConfig } from '@sfm/config';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { jsonText, processTerminal, table } from '../terminal.js';
import type { BackupSource } from './backup-sources.js';
import { postgresSource } from './postgres-source.js';
import { qdrantSource } from './qdrant-source.js';
import { reportBackup } from './report-backup.js';

const SOURCES: readonly BackupSource[] = [postgresSource, qdrantSource];
const HEADINGS = ['ID', 'CREATED AT', 'BYTES', 'FILES'];

interface Flags {
  readonly to?: string;
  readonly json?: boolean;
}

/** `soma backup …`: copies of the stores, in a bucket or a folder. */
export function backupCommand(): Command {
  const backup = new Command('backup').description('back up the stores to a bucket or a folder, and restore them');
  const common = (command: Command) =>
    command
      .option('--to <address>', 's3://bucket/prefix or a folder; SOMA_BACKUP_TARGET without it')
      .option('--json', 'print JSON');
  common(backup.command('create').description('make a backup, then remove those older than the retention'))
    .addArgument(kindsArgument())
    .action((kinds: BackupKind[], flags: Flags) => create(kinds, flags));
  common(backup.command('list').description('list complete backups, newest last'))
    .addArgument(kindsArgument())
    .action((kinds: BackupKind[], flags: Flags) => list(kinds, flags));
  common(backup.command('check').description('read a backup whole and compare its checksums'))
    .addArgument(new Argument('<kind>', 'what it is of').choices([...BACKUP_KINDS]))
    .option('--id <id>', 'as listed; the newest without it')
    .action((kind: BackupKind, flags: Flags & { id?: string }) => check(kind, flags));
  common(backup.command('restore').description('replace what is there by a backup; stop the service first'))
    .addArgument(new Argument('<kind>', 'what it is of').choices([...BACKUP_KINDS]))
    .option('--id <id>', 'as listed; the newest without it')
    .option('--yes', 'do not ask')
    .action((kind: BackupKind, flags: Flags & { id?: string; yes?: boolean }) => restore(kind, flags));
  backup
    .command('reset')
    .description('delete everything that a store holds; stop the service first')
    .addArgument(new Argument('<kind>', 'which store').choices([...BACKUP_KINDS]))
    .option('--yes', 'do not ask')
    .action((kind: BackupKind, { yes = false }: { yes?: boolean }) => reset(kind, yes));
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

async function create(kinds: readonly BackupKind[], flags: Flags): Promise<void> {
  const { config, archive } = open(flags);
  const made: BackupManifest[] = [];
  for (const source of sourcesOf(kinds, config)) {
    const start = performance.now();
    processTerminal.note(`backing up ${source.kind} to ${archive.location}`);
    const manifest = await source.capture(config, (content) => archive.write(source.kind, content));
    made.push(manifest);
    for (const id of await archive.prune(source.kind, config.backup)) processTerminal.note(`removed ${id}`);
    await report(config, manifest, (performance.now() - start) / 1000);
  }
  print(made, flags);
}

/** A backup that nobody could be told of is a backup all the same. */
async function report({ backup }: AppConfig, manifest: BackupManifest, seconds: number): Promise<void> {
  if (backup.pushgatewayUrl === undefined) return;
  await reportBackup(backup.pushgatewayUrl, manifest, seconds).catch((error: unknown) => {
    processTerminal.note(`the Pushgateway was not told: ${error instanceof Error ? error.message : String(error)}`);
  });
}

async function list(kinds: readonly BackupKind[], flags: Flags): Promise<void> {
  const { archive } = open(flags);
  const backups = await Promise.all((kinds.length === 0 ? BACKUP_KINDS : kinds).map((kind) => archive.list(kind)));
  print(backups.flat(), flags);
}

async function check(kind: BackupKind, flags: Flags & { readonly id?: string }): Promise<void> {
  const { archive } = open(flags);
  const backup = await archive.find(kind, flags.id);
  const bytes = await archive.check(backup);
  processTerminal.print(flags.json ? jsonText({ id: backup.id, bytes }) : `${backup.id} is whole (${bytes} bytes)`);
}

async function restore(kind: BackupKind, flags: Flags & { readonly id?: string; readonly yes?: boolean }) {
  const { config, archive } = open(flags);
  const [source] = sourcesOf([kind], config);
  const backup = await archive.find(kind, flags.id);
  if (!flags.yes && !(await isMeant(`Replace what ${kind} holds by ${backup.id}?`))) return;
  await source?.restore(config, archive, backup);
  processTerminal.print(flags.json ? jsonText({ restored: backup.id }) : `restored ${backup.id}`);
}

async function reset(kind: BackupKind, isSure: boolean): Promise<void> {
  const config = loadConfig(readEnvironment());
  const [source] = sourcesOf([kind], config);
  if (!isSure && !(await isMeant(`Delete everything that ${kind} holds?`))) return;
  await source?.reset(config);
  processTerminal.print(`${kind} is empty`);
}

/** @throws where nobody can be asked */
async function isMeant(question: string): Promise<boolean> {
  if (!processTerminal.isInteractive) throw new Error('this needs --yes where nobody can be asked');
  const isYes = await processTerminal.confirm(question);
  if (!isYes) processTerminal.note('nothing was changed');
  return isYes;
}

function open({ to }: Flags): { config: AppConfig; archive: BackupArchive } {
  const config = loadConfig(readEnvironment());
  const { target, s3Region: region, s3Endpoint: endpoint, s3AccessKeyId, s3SecretAccessKey } = config.backup;
  const address = to ?? target;
  if (address === undefined) throw new Error('say where backups are kept: --to, or SOMA_BACKUP_TARGET');
  const credentials =
    s3AccessKeyId === undefined || s3SecretAccessKey === undefined
      ? undefined
      : { accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey };
  return { config, archive: new BackupArchive(openObjectStore(address, { region, endpoint, credentials })) };
}

/** @throws when something is asked for that the configuration does not have */
function sourcesOf(kinds: readonly BackupKind[], config: AppConfig): readonly BackupSource[] {
  const configured = SOURCES.filter((source) => source.isConfigured(config));
  if (kinds.length === 0) return configured;
  const missing = kinds.find((kind) => !configured.some((source) => source.kind === kind));
  if (missing) throw new Error(`${missing} is not configured: there is nothing to back up or to restore`);
  return configured.filter(({ kind }) => kinds.includes(kind));
}

function print(backups: readonly BackupManifest[], { json }: Flags): void {
  if (json) return processTerminal.print(jsonText(backups));
  if (backups.length === 0) return processTerminal.print('there is no backup');
  const rows = backups.map(({ id, createdAt, artifacts }) => {
    const bytes = artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0);
    return [id, createdAt, String(bytes), String(artifacts.length)];
  });
  processTerminal.print(table(HEADINGS, rows));
}
