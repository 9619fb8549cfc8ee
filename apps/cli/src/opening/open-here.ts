import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readTokenFile } from '@sfm/auth';
import { runningDatabase, type CompleteOptions } from '@sfm/composition';
import { loadConfig, readEnvironment } from '@sfm/config';
import { findInstance } from '@sfm/storage';
import { readConfigObject, withConfig, type ReadConfig } from '@sfm/service-config';
import { configuredSystem } from '../servers/configured-system.js';
import { CommandError, EXIT } from '../ending/exit-codes.js';
import type { Connection } from '../connection/connection.js';
import { EmbeddedClient } from '../embedded/embedded-client.js';

/** The memories themselves, or the service that has them open. */
export type FoundHere = { readonly client: EmbeddedClient } | { readonly url: string; readonly token: string };

/** Opens the data folder or the servers, unless a service works on them: then it is the one to ask. */
export async function openHere(connection: Connection, signal: AbortSignal): Promise<FoundHere> {
  const config =
    connection.configJson === undefined && connection.dataDir === undefined
      ? connection.config
      : loadConfig(withConfig(readEnvironment(), placeOf(connection)));
  const system = configuredSystem(config);
  const token = connection.token ?? (await readTokenFile(resolve(config.service.dataDir)));
  const holder = await holderOf(system);
  if (holder) {
    const { url, pid } = holder;
    if (url !== undefined && token !== undefined) return { url, token };
    if (url !== undefined) {
      throw new CommandError(EXIT.forbidden, `the service at ${url} wants a token: set SOMA_API_TOKEN`);
    }
    throw new CommandError(
      EXIT.unreachable,
      `process ${pid ?? '(unknown)'} uses the memories and does not serve; try again when it does`,
    );
  }
  const { queryCharacters, batchQueries } = config.limits;
  const { namespace } = connection;
  const client = await EmbeddedClient.open({ system, queryCharacters, batchQueries, namespace, token, signal }).catch(
    (cause: unknown) => {
      if (cause instanceof CommandError) throw cause;
      throw new CommandError(EXIT.unreachable, cause instanceof Error ? cause.message : String(cause), { cause });
    },
  );
  return { client };
}

function placeOf({ configJson, dataDir }: Connection): ReadConfig {
  const config = configJson === undefined ? {} : readConfigFile(configJson);
  return dataDir === undefined ? config : { ...config, data_dir: dataDir };
}

/** @throws CommandError naming the key that is wrong */
function readConfigFile(file: string): ReadConfig {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(EXIT.usage, `the configuration ${file} cannot be read: ${reason}`, { cause });
  }
  const read = readConfigObject(value);
  if ('config' in read) return read.config;
  throw new CommandError(EXIT.usage, `${file}: ${read.problem.place} ${read.problem.allowed}`);
}

async function holderOf({ truth }: CompleteOptions): ReturnType<typeof findInstance> {
  const running = await runningDatabase(truth);
  if (!running) return undefined;
  try {
    return await findInstance(running);
  } catch (cause) {
    const reason = cause instanceof Error && cause.message !== '' ? cause.message : String(cause);
    throw new CommandError(
      EXIT.unreachable,
      `PostgreSQL at ${running.host}:${running.port} cannot be asked: ${reason}`,
      {
        cause,
      },
    );
  }
}
