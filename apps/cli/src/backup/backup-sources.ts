import type { BackupArchive, BackupContent, BackupKind, BackupManifest } from '@sfm/backup';
import type { CompleteOptions } from '@sfm/composition';

/** A store that can be backed up and restored. */
export interface BackupSource {
  readonly kind: BackupKind;
  /** False when the memory system does not use this store. */
  isConfigured(system: CompleteOptions): boolean;
  /** Passes the content of a backup taken now to `work`; it is valid until `work` ends. */
  capture<T>(system: CompleteOptions, work: (content: BackupContent) => Promise<T>): Promise<T>;
  /** Deletes the whole content of the store. */
  reset(system: CompleteOptions): Promise<void>;
  /**
   * Replaces the content of the store with a backup.
   *
   * @throws when the restore is impossible or not allowed; nothing has changed then.
   */
  restore(system: CompleteOptions, archive: BackupArchive, backup: BackupManifest): Promise<void>;
}
