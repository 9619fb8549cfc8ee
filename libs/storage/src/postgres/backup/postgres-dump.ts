import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PostgresConnection } from '../connection/connection.js';
import { withConninfo } from './libpq-connection.js';
import { startProgram } from './postgres-program.js';

/**
 * Streams a dump of the whole database in `pg_dump`'s custom format, from one snapshot, while the service runs. The
 * stream fails when the dump fails: the data read so far is then no backup.
 */
export function dumpDatabase(connection: PostgresConnection): Readable {
  const output = new PassThrough();
  withConninfo(connection, async (conninfo) => {
    const dump = startProgram('pg_dump', [
      '--format=custom',
      '--no-owner',
      '--no-privileges',
      // Policies hold the owner, too; a session that names no namespaces sees all of them.
      '--enable-row-security',
      `--dbname=${conninfo}`,
    ]);
    output.once('close', () => dump.kill());
    // The output may end before the program fails, so it is ended explicitly after success.
    await Promise.all([pipeline(dump.stdout, output, { end: false }), dump.done]);
    output.end();
  }).catch((error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))));
  return output;
}

/**
 * Replaces the database's contents with a dump, in one transaction: a failure changes nothing.
 *
 * @throws PostgresProgramError, or the error of the stream
 */
export async function restoreDatabase(connection: PostgresConnection, dump: Readable): Promise<void> {
  await withConninfo(connection, async (conninfo) => {
    const restore = startProgram('pg_restore', [
      '--clean',
      '--if-exists',
      '--no-owner',
      '--no-privileges',
      '--single-transaction',
      '--exit-on-error',
      `--dbname=${conninfo}`,
    ]);
    restore.stdout.resume();
    const fed = pipeline(dump, restore.stdin).catch((error: unknown) => {
      restore.kill();
      throw error;
    });
    const [program, feeding] = await Promise.allSettled([restore.done, fed]);
    // A broken pipe only means that the program ended; a damaged dump is the reason it was killed.
    if (feeding.status === 'rejected' && !isBrokenPipe(feeding.reason)) throw feeding.reason;
    if (program.status === 'rejected') throw program.reason;
  });
}

function isBrokenPipe(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code))
  );
}
