import { BACKUP_KINDS, BackupArchive, openObjectStore, type BackupKind, type BackupManifest } from '@sfm/backup';
import type { CompleteOptions } from '@sfm/composition';
import { loadConfig, readEnvironment, type AppConfig } from '@sfm/config';
import { configuredSystem } from '../servers/configured-system.js';
import { table } from '../terminal/table.js';
import { jsonText, processTerminal } from '../terminal/terminal.js';
import type { BackupSource } from './backup-sources.js';
import { postgresSource } from './postgres-source.js';
import { qdrantSource } from './qdrant-source.js';
import { reportBackup } from './report-backup.js';

const SOURCES: readonly BackupSource[] = [postgresSource, qdrantSource];
const HEADINGS = ['ID', 'CREATED AT', 'BYTES', 'FILES'];

/** Options of every command. */
export interface Flags {
  readonly to?: string;
  readonly json?: boolean;
}

/** Backs up the given kinds, or every configured kind when none is given. */
export async function create(kinds: readonly BackupKind[], flags: Flags): Promise<void> {
  const { config, system, archive } = await open(flags);
  const made: BackupManifest[] = [];
  for (const source of sourcesOf(kinds, system)) {
    const start = performance.now();
    processTerminal.note(`backing up ${source.kind} to ${archive.location}`);
    const manifest = await source.capture(system, (content) => archive.write(source.kind, content));
    made.push(manifest);
    for (const id of await archive.prune(source.kind, config.backup)) processTerminal.note(`removed ${id}`);
    await report(config, manifest, (performance.now() - start) / 1000);
  }
  await print(made, flags);
}

/** A failed report does not make the backup fail. */
async function report({ backup }: AppConfig, manifest: BackupManifest, seconds: number): Promise<void> {
  if (backup.pushgatewayUrl === undefined) return;
  await reportBackup(backup.pushgatewayUrl, manifest, seconds).catch((error: unknown) => {
    processTerminal.note(`the Pushgateway was not told: ${error instanceof Error ? error.message : String(error)}`);
  });
}

/** Lists the complete backups. */
export async function list(kinds: readonly BackupKind[], flags: Flags): Promise<void> {
  const { archive } = await open(flags);
  const backups = await Promise.all((kinds.length === 0 ? BACKUP_KINDS : kinds).map((kind) => archive.list(kind)));
  await print(backups.flat(), flags);
}

/** Reads a whole backup and checks it. */
export async function check(kind: BackupKind, flags: Flags & { readonly id?: string }): Promise<void> {
  const { archive } = await open(flags);
  const backup = await archive.find(kind, flags.id);
  const bytes = await archive.check(backup);
  processTerminal.print(
    flags.json ? await jsonText({ id: backup.id, bytes }) : `${backup.id} is whole (${bytes} bytes)`,
  );
}

/** Replaces the content of a store with a backup. */
export async function restore(
  kind: BackupKind,
  flags: Flags & { readonly id?: string; readonly yes?: boolean },
): Promise<void> {
  const { system, archive } = await open(flags);
  const [source] = sourcesOf([kind], system);
  const backup = await archive.find(kind, flags.id);
  if (!flags.yes && !(await isMeant(`Replace what ${kind} holds by ${backup.id}?`))) return;
  await source?.restore(system, archive, backup);
  processTerminal.print(flags.json ? await jsonText({ restored: backup.id }) : `restored ${backup.id}`);
}

/** Empties a store. */
export async function reset(kind: BackupKind, isSure: boolean): Promise<void> {
  const system = configuredSystem();
  const [source] = sourcesOf([kind], system);
  if (!isSure && !(await isMeant(`Delete everything that ${kind} holds?`))) return;
  await source?.reset(system);
  processTerminal.print(`${kind} is empty`);
}

/** Asks for confirmation. @throws when no prompt is possible */
async function isMeant(question: string): Promise<boolean> {
  if (!processTerminal.isInteractive) throw new Error('this needs --yes where nobody can be asked');
  const isYes = await processTerminal.confirm(question);
  if (!isYes) processTerminal.note('nothing was changed');
  return isYes;
}

/** Opens the resources of a command: the configuration, the memory system it describes, and the backup archive. */
async function open({ to }: Flags): Promise<{ config: AppConfig; system: CompleteOptions; archive: BackupArchive }> {
  const config = loadConfig(readEnvironment());
  const { target, s3Region: region, s3Endpoint: endpoint, s3AccessKeyId, s3SecretAccessKey } = config.backup;
  const address = to ?? target;
  if (address === undefined) throw new Error('say where backups are kept: --to, or SOMA_BACKUP_TARGET');
  const credentials =
    s3AccessKeyId === undefined || s3SecretAccessKey === undefined
      ? undefined
      : { accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey };
  const archive = new BackupArchive(await openObjectStore(address, { region, endpoint, credentials }));
  return { config, system: configuredSystem(config), archive };
}

/** @throws when a requested kind is not configured */
function sourcesOf(kinds: readonly BackupKind[], system: CompleteOptions): readonly BackupSource[] {
  const configured = SOURCES.filter((source) => source.isConfigured(system));
  if (kinds.length === 0) return configured;
  const missing = kinds.find((kind) => !configured.some((source) => source.kind === kind));
  if (missing) throw new Error(`${missing} is not configured: there is nothing to back up or to restore`);
  return configured.filter(({ kind }) => kinds.includes(kind));
}

async function print(backups: readonly BackupManifest[], { json }: Flags): Promise<void> {
  if (json) return processTerminal.print(await jsonText(backups));
  if (backups.length === 0) return processTerminal.print('there is no backup');
  const rows = backups.map(({ id, createdAt, artifacts }) => {
    const bytes = artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0);
    return [id, createdAt, String(bytes), String(artifacts.length)];
  });
  processTerminal.print(table(HEADINGS, rows));
}
