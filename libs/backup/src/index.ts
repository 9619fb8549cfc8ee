export { BackupArchive, type ArtifactContent, type BackupContent, type Retention } from './backup-archive.js';
export { BACKUP_KINDS, type BackupArtifact, type BackupKind, type BackupManifest } from './manifest.js';
export { ObjectNotFoundError, ObjectStore, type StoredObject } from './object-store/object-store.port.js';
export { openObjectStore } from './open-object-store.js';
