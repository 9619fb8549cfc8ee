import type { AppConfig } from '@sfm/config';
import type { BackupArchive, BackupContent, BackupKind, BackupManifest } from '@sfm/backup';

/** What can be backed up and restored. */
export interface BackupSource {
  readonly kind: BackupKind;
  /** False when the configuration has nothing of it. */
  isConfigured(config: AppConfig): boolean;
  /** What a backup made now consists of, for as long as `work` takes. */
  capture<T>(config: AppConfig, work: (content: BackupContent) => Promise<T>): Promise<T>;
  /** Deletes everything that is there. */
  reset(config: AppConfig): Promise<void>;
  /**
   * Replaces what is there by a backup.
   *
   * @throws when it cannot be done or must not: then nothing has changed.
   */
  restore(config: AppConfig, archive: BackupArchive, backup: BackupManifest): Promise<void>;
}
