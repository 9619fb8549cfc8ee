import { holderText, type InstanceLockHolder } from '../postgres/locks/instance-lock.js';

/** Error code for programs; the message is for the person who runs the service. */
export type EmbeddedPostgresErrorCode =
  | 'PLATFORM_UNSUPPORTED'
  | 'BINARIES_MISSING'
  | 'BINARIES_UNUSABLE'
  | 'PERMISSION_DENIED'
  | 'DISK_FULL'
  | 'NOT_A_FOLDER'
  | 'VERSION_MISMATCH'
  | 'CREDENTIALS_MISMATCH'
  | 'INSTANCE_LOCKED'
  | 'START_FAILED'
  | 'START_TIMEOUT'
  | 'STOP_FAILED';

/** The embedded PostgreSQL could not be prepared, started or stopped. */
export class EmbeddedPostgresError extends Error {
  override readonly name: string = 'EmbeddedPostgresError';

  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Another running service uses the same data folder. Its PostgreSQL was left undisturbed. */
export class EmbeddedInstanceLocked extends EmbeddedPostgresError {
  override readonly name = 'EmbeddedInstanceLocked';

  constructor(
    readonly dataDir: string,
    readonly holder: InstanceLockHolder,
  ) {
    super(
      'INSTANCE_LOCKED',
      `Another SomaFractalMemory${holderText(holder)} is using the data folder ${dataDir}. ` +
        'Stop it first, or give this one a folder of its own: SOMA_DATA_DIR=/path/to/another/folder (and another SOMA_API_PORT).',
    );
  }
}

const KNOWN_CAUSES: ReadonlyArray<readonly [RegExp, EmbeddedPostgresErrorCode, string]> = [
  [
    /No space left on device|Disk quota exceeded|ENOSPC|EDQUOT/i,
    'DISK_FULL',
    'The disk is full. Free some space, or set SOMA_DATA_DIR to a folder on another disk.',
  ],
  [
    /EEXIST: file already exists, mkdir|ENOTDIR/,
    'NOT_A_FOLDER',
    'There is a file in its place. Move the file away, or set SOMA_DATA_DIR to a folder.',
  ],
  [
    /error while loading shared libraries|GLIBC_|Exec format error|ENOEXEC|bad CPU type|Library not loaded/i,
    'BINARIES_UNUSABLE',
    'The bundled PostgreSQL does not run on this system (it needs glibc and the matching CPU). Set POSTGRES_URL to a PostgreSQL 15 or newer instead.',
  ],
  [
    /Permission denied|Operation not permitted|EACCES|EPERM|EROFS|Read-only file system|has wrong ownership|could not access directory/i,
    'PERMISSION_DENIED',
    'The data folder cannot be used by the user PostgreSQL runs as. Give that user the folder, or set SOMA_DATA_DIR to another one, for example SOMA_DATA_DIR=/var/lib/somafractalmemory.',
  ],
  [
    /database files are incompatible with server/i,
    'VERSION_MISMATCH',
    'The data folder was made by another PostgreSQL version. Set SOMA_DATA_DIR to another folder, or start that version and move the data with pg_dump.',
  ],
];

/**
 * Turns the output of a PostgreSQL program into an error that names the cause and the remedy.
 *
 * @param during the failed action, e.g. "PostgreSQL did not start".
 */
export function explainFailure(during: string, output: string, cause?: unknown): EmbeddedPostgresError {
  const detail = output.trim().split('\n').slice(-6).join('\n');
  const options = cause === undefined ? undefined : { cause };
  for (const [pattern, code, advice] of KNOWN_CAUSES) {
    if (pattern.test(output)) return new EmbeddedPostgresError(code, `${during}. ${advice}\n${detail}`, options);
  }
  return new EmbeddedPostgresError('START_FAILED', `${during}.\n${detail}`, options);
}
