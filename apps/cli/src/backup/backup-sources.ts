import type { BackupArchive, BackupContent, BackupKind, BackupManifest } from '@sfm/backup';
import type { CompleteOptions } from '@sfm/composition';

/** What can be backed up and restored. */
export interface BackupSource {
  readonly kind: BackupKind;
  /** False when the memory system has nothing of it. */
  isConfigured(system: CompleteOptions): boolean;
  /** What a backup made now consists of, for as long as `work` takes. */
  capture<T>(system: CompleteOptions, work: (content: BackupContent) => Promise<T>): Promise<T>;
  /** Deletes everything that is there. */
  reset(system: CompleteOptions): Promise<void>;
  /**
   * Replaces what is there by a backup.
   *
   * @throws when it cannot be done or must not: then nothing has changed.
   */
  restore(system: CompleteOptions, archive: BackupArchive, backup: BackupManifest): Promise<void>;
}
