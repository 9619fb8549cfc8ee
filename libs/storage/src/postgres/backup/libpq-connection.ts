import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresConnection } from '../connection/connection.js';

/**
 * Provides a libpq connection string for PostgreSQL's own programs while `work` runs. Password and keys are in files
 * that only this user can read, never among the arguments, which every user of the machine can see.
 */
export async function withConninfo<T>(
  connection: PostgresConnection,
  work: (conninfo: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sfm-pg-'));
  try {
    return await work(await writeConninfo(connection, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeConninfo({ host, port, user, password, database, ssl }: PostgresConnection, folder: string) {
  const passfile = await secretFile(folder, 'pgpass', `*:*:*:*:${password.replaceAll(/[\\:]/g, '\\$&')}\n`);
  const parameters: Record<string, string> = { host, port: String(port), user, dbname: database, passfile };
  if (ssl === false) {
    parameters['sslmode'] = 'disable';
  } else {
    parameters['sslmode'] = sslMode(ssl);
    const { ca, cert, key } = ssl;
    if (typeof ca === 'string') parameters['sslrootcert'] = await secretFile(folder, 'ca.pem', ca);
    else if (ssl.rejectUnauthorized) parameters['sslrootcert'] = 'system';
    if (typeof cert === 'string') parameters['sslcert'] = await secretFile(folder, 'cert.pem', cert);
    if (typeof key === 'string') parameters['sslkey'] = await secretFile(folder, 'key.pem', key);
  }
  return Object.entries(parameters)
    .map(([name, value]) => `${name}='${value.replaceAll(/[\\']/g, '\\$&')}'`)
    .join(' ');
}

function sslMode({ rejectUnauthorized, checkServerIdentity }: Exclude<PostgresConnection['ssl'], false>): string {
  if (!rejectUnauthorized) return 'require';
  return checkServerIdentity ? 'verify-ca' : 'verify-full';
}

async function secretFile(folder: string, name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content, { mode: 0o600 });
  return path;
}
