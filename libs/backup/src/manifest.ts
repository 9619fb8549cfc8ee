/** The stores that can be backed up. */
export type BackupKind = 'postgres' | 'qdrant';

export const BACKUP_KINDS: readonly BackupKind[] = ['postgres', 'qdrant'];

/** One file of a backup. */
export interface BackupArtifact {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of the content, hex. */
  readonly sha256: string;
  /** Information that a restore needs. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Written last: a backup without it did not finish, and does not count. */
export interface BackupManifest {
  readonly format: 1;
  readonly kind: BackupKind;
  /** `<kind>/<time>`: where its files are. */
  readonly id: string;
  readonly createdAt: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly artifacts: readonly BackupArtifact[];
}

/** @throws when the text is not a manifest of this format. */
export function parseManifest(text: string): BackupManifest {
  const manifest: unknown = JSON.parse(text);
  if (!isManifest(manifest)) throw new Error('it is not a manifest that this version can read');
  return manifest;
}

function isManifest(value: unknown): value is BackupManifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === 1 &&
    'id' in value &&
    typeof value.id === 'string' &&
    'artifacts' in value &&
    Array.isArray(value.artifacts)
  );
}
