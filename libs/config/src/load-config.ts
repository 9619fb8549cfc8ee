import { readFileSync } from 'node:fs';
import type { AppConfig } from './app-config.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import type { ConfigWarning } from './config-warning.js';
import type { Environment } from './environment.js';
import { SETTING_RULES } from './setting-rules.js';
import { SETTINGS, type SettingsTree } from './settings-table.js';
import { readSettings } from './settings-reader.js';

/** Reads a text file; throws when it cannot. */
export type ReadFile = (path: string) => string;

/** Returns the content of the file a variable names; undefined after reporting that it cannot be read. */
type TryRead = (variable: string, path: string) => string | undefined;

const readTextFile: ReadFile = (path) => readFileSync(path, 'utf8');

/**
 * Turns an environment into the typed tree, reading the token file and checking the certificate files it names.
 *
 * Pure apart from `readFile`: same environment and files, same answer.
 *
 * @throws ConfigError with every problem at once.
 */
export function loadConfig(environment: Environment, readFile: ReadFile = readTextFile): AppConfig {
  const { tree, findings, sources } = readSettings(environment);
  const { problems, warnings } = findings;
  const isGiven = (name: string) => sources.has(name);
  const tryRead = (variable: string, path: string) => readOrReport({ variable, path }, readFile, problems);
  const tokens = readTokens(tree, tryRead, problems);
  checkCertificates(tree, tryRead);
  const resolved: Omit<AppConfig, 'warnings' | 'sources'> = {
    ...tree,
    auth: { ...tree.auth, tokens, token: tokens?.[0] },
    embedding: { ...tree.embedding, embedder: resolveEmbedder(tree, isGiven, warnings) },
  };
  for (const rule of SETTING_RULES) rule(resolved, isGiven, findings);
  if (problems.length > 0) throw new ConfigError(problems);
  if (tree.auth.tokenFile !== undefined) sources.set(SETTINGS.auth.tokens.name, SETTINGS.auth.tokenFile.name);
  return { ...resolved, warnings, sources };
}

function readTokens(tree: SettingsTree, tryRead: TryRead, problems: ConfigProblem[]): readonly string[] | undefined {
  const { tokenFile } = tree.auth;
  if (tokenFile === undefined) return tree.auth.tokens;
  const { name } = SETTINGS.auth.tokenFile;
  const content = tryRead(name, tokenFile)?.trim();
  if (content === undefined) return undefined;
  const parsed = SETTINGS.auth.tokens.schema.safeParse(content);
  if (content === '')
    problems.push({ variable: name, given: tokenFile, allowed: 'this file is empty; it must hold the token' });
  else if (!parsed.success) {
    problems.push({
      variable: name,
      given: tokenFile,
      allowed: `the token in this file must be ${SETTINGS.auth.tokens.allowed}`,
    });
  }
  return parsed.data;
}

function checkCertificates({ database, redis, grpc }: SettingsTree, tryRead: TryRead): void {
  const files = [
    [SETTINGS.database.sslRootCertFile.name, database.sslRootCertFile],
    [SETTINGS.database.sslCertFile.name, database.sslCertFile],
    [SETTINGS.database.sslKeyFile.name, database.sslKeyFile],
    [SETTINGS.redis.tlsCaFile.name, redis.tlsCaFile],
    [SETTINGS.grpc.tlsCertFile.name, grpc.tlsCertFile],
    [SETTINGS.grpc.tlsKeyFile.name, grpc.tlsKeyFile],
    [SETTINGS.grpc.tlsClientCaFile.name, grpc.tlsClientCaFile],
  ] as const;
  for (const [variable, path] of files) {
    if (path !== undefined) tryRead(variable, path);
  }
}

function readOrReport(
  { variable, path }: { variable: string; path: string },
  readFile: ReadFile,
  problems: ConfigProblem[],
): string | undefined {
  try {
    return readFile(path);
  } catch (error) {
    const hasCode = typeof error === 'object' && error !== null && 'code' in error;
    const code = hasCode ? String(error.code) : 'unreadable';
    problems.push({ variable, given: path, allowed: `this file cannot be read (${code})` });
    return undefined;
  }
}

function resolveEmbedder(
  { embedding }: SettingsTree,
  isGiven: (name: string) => boolean,
  warnings: ConfigWarning[],
): SettingsTree['embedding']['embedder'] {
  if (!embedding.forceHash) return embedding.embedder;
  if (isGiven('SOMA_EMBEDDER') && embedding.embedder !== 'hash') {
    const message = 'ignored: SOMA_FORCE_HASH_EMBEDDINGS is on and wins';
    warnings.push({ kind: 'notice', variable: 'SOMA_EMBEDDER', message });
  }
  return 'hash';
}
