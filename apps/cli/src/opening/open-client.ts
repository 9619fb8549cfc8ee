import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AppConfig } from '@sfm/config';
import { InvalidRequestError, toNamespace } from '@sfm/memory';
import { CommandError, EXIT } from '../ending/exit-codes.js';
import type { ConnectionFlags } from '../connection/flags.js';
import { connectionOf, type Connection } from '../connection/connection.js';
import type { MemoryClient } from '../client/memory-client.js';
import { RestClient } from '../client/rest-client.js';

/** How long the service of this machine may take to say that it is there. */
const PROBE_MS = 2000;

export interface OpenedClient {
  readonly client: MemoryClient;
  /** As it was asked for. */
  readonly namespace: string | undefined;
}

/**
 * Finds the memories: the service that is named, else the one that serves at the configured port of this machine, else
 * the data folder or the servers of the configuration, which are opened in this process.
 *
 * @throws CommandError, ConfigError
 */
export async function openClient(flags: ConnectionFlags, signal: AbortSignal): Promise<OpenedClient> {
  const connection = connectionOf(flags);
  const { namespace } = connection;
  // A header would lose blanks around a name.
  if (namespace !== undefined) checkNamespace(namespace);
  return { client: await clientOf(connection, signal), namespace };
}

function checkNamespace(name: string): void {
  try {
    toNamespace(name);
  } catch (error) {
    throw error instanceof InvalidRequestError ? new CommandError(EXIT.usage, error.message, { cause: error }) : error;
  }
}

async function clientOf(connection: Connection, signal: AbortSignal): Promise<MemoryClient> {
  const { config, url, dataDir, configJson, namespace } = connection;
  if (url !== undefined) return service(url, connection, signal);
  const isPlaceNamed = dataDir !== undefined || configJson !== undefined;
  const near = serviceHere(config);
  if (!isPlaceNamed && (await answers(near, signal))) {
    return service(near, { ...connection, token: connection.token ?? (await tokenOf(config.service.dataDir)) }, signal);
  }
  if (!isPlaceNamed && config.database.url === undefined && !existsSync(join(config.service.dataDir, 'postgres'))) {
    throw new CommandError(
      EXIT.unreachable,
      `no service answers at ${near}, and there is no data folder ${resolve(config.service.dataDir)} (SOMA_DATA_DIR): ` +
        'start the service, name one with --url, or name a folder with --data-dir, which is made',
    );
  }
  // The drivers load slowly, and who asks a service needs none of them.
  const { openHere } = await import('./open-here.js');
  const found = await openHere(connection, signal);
  return 'url' in found ? new RestClient({ ...found, namespace, signal }) : found.client;
}

function service(url: string, { token, namespace }: Pick<Connection, 'token' | 'namespace'>, signal: AbortSignal) {
  if (token !== undefined) return new RestClient({ url, token, namespace, signal });
  throw new CommandError(
    EXIT.forbidden,
    `the service at ${url} wants a token: set SOMA_API_TOKEN or SOMA_API_TOKEN_FILE, or give --token-file`,
  );
}

/** The address at which the configuration has the service listen. */
export function serviceHere({ http: { host, port } }: AppConfig): string {
  const isAnywhere = host === '0.0.0.0' || host === '::';
  const name = isAnywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/** Whether a service of ours answers there. */
async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]);
    const response = await fetch(`${url}/ping`, { signal: within, redirect: 'error' });
    return (await response.text()).includes('pong');
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

async function tokenOf(dataDir: string): Promise<string | undefined> {
  const { readTokenFile } = await import('@sfm/auth');
  return readTokenFile(resolve(dataDir));
}
