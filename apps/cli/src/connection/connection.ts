import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfig, readEnvironment, type AppConfig } from '@sfm/config';
import { CommandError, EXIT } from '../ending/exit-codes.js';
import type { ConnectionFlags } from './flags.js';
import { readProfile, type Profile } from './profile.js';

/** Where flags, environment and profile say that the memories are. */
export interface Connection {
  readonly config: AppConfig;
  /** The service that was named; undefined when none was. */
  readonly url?: string;
  readonly token?: string;
  readonly namespace?: string;
  /** The data folder that was named with a flag or by the profile. */
  readonly dataDir?: string;
  /** A configuration of the library. */
  readonly configJson?: string;
}

/** What a header can hold. */
const TOKEN = /^[\x21-\x7e]+$/;

interface Named {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly namespace?: string | undefined;
  readonly dataDir?: string | undefined;
}

/**
 * Flags win over the environment, and that over the profile; a profile that a flag names wins over the environment.
 *
 * @throws ConfigError, CommandError
 */
export function connectionOf(flags: ConnectionFlags): Connection {
  const environment = readEnvironment();
  const config = loadConfig(environment);
  const { profile: asked, profileFile: file } = config.client;
  const name = flags.profile ?? asked;
  const profile = namedBy(readProfile({ file, name, configHome: environment['XDG_CONFIG_HOME'] }));
  const fromEnvironment: Named = {
    url: config.client.url,
    token: config.auth.token,
    namespace: config.sources.has('SOMA_MEMORY_NAMESPACE') ? config.service.namespace : undefined,
  };
  const later = flags.profile === undefined ? [fromEnvironment, profile] : [profile, fromEnvironment];
  const layers = [
    { url: flags.url, dataDir: flags.dataDir, token: tokenIn(flags), namespace: flags.namespace },
    ...later,
  ];
  const token = firstOf('token', layers);
  if (token.token !== undefined && !TOKEN.test(token.token)) {
    throw new CommandError(EXIT.usage, 'a token is of visible ASCII characters without blanks');
  }
  return { config, ...placeIn(layers, flags), ...token, ...firstOf('namespace', layers) };
}

/** The first layer that names a place decides it, so that a folder of a flag is not overruled by an address below. */
function placeIn(layers: readonly Named[], { configJson }: ConnectionFlags): Pick<Connection, 'url' | 'dataDir'> {
  if (configJson !== undefined) return { ...firstOf('dataDir', layers.slice(0, 1)), ...{ configJson } };
  const layer = layers.find(({ url, dataDir }) => url !== undefined || dataDir !== undefined);
  if (layer?.url !== undefined) return { url: checkedUrl(layer.url) };
  return layer?.dataDir === undefined ? {} : { dataDir: layer.dataDir };
}

function firstOf<Key extends 'token' | 'namespace' | 'dataDir'>(
  key: Key,
  layers: readonly Named[],
): { readonly [K in Key]?: string } {
  const value = layers.find((layer) => layer[key] !== undefined)?.[key];
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: string });
}

function tokenIn({ token, tokenFile }: ConnectionFlags): string | undefined {
  return tokenFile === undefined ? token : readToken(tokenFile);
}

function namedBy({ url, token, token_file: tokenFile, namespace, data_dir: dataDir }: Profile): Named {
  return { url, token: tokenFile === undefined ? token : readToken(tokenFile), namespace, dataDir };
}

function readToken(file: string): string {
  try {
    const token = readFileSync(resolve(file), 'utf8').trim();
    if (token !== '') return token;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(EXIT.usage, `the token file cannot be read: ${reason}`, { cause });
  }
  throw new CommandError(EXIT.usage, `the token file ${file} is empty`);
}

function checkedUrl(url: string): string {
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url;
  throw new CommandError(EXIT.usage, `the address of a service starts with http:// or https://, not ${url}`);
}
