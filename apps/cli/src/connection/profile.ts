import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CommandError, EXIT } from '../ending/exit-codes.js';

const KEYS = ['url', 'token', 'token_file', 'namespace', 'data_dir'] as const;

/** An entry of the profile file. */
export type Profile = Readonly<Partial<Record<(typeof KEYS)[number], string>>>;

export interface ProfilePlace {
  /** As a flag or a setting names it. */
  readonly file: string | undefined;
  /** `default` when undefined, which need not be there. */
  readonly name: string | undefined;
  /** XDG_CONFIG_HOME. */
  readonly configHome: string | undefined;
}

/** Reads an entry of the profile file. @throws CommandError naming what is wrong with it */
export function readProfile({ file, name, configHome }: ProfilePlace): Profile {
  const path = file ?? join(configHome || join(homedir(), '.config'), 'soma', 'profiles.json');
  const text = textOf(path, file !== undefined || name !== undefined);
  if (text === undefined) return {};
  const wrong = (problem: string) => new CommandError(EXIT.usage, `the profile file ${path} ${problem}`);
  let profiles: unknown;
  try {
    profiles = JSON.parse(text);
  } catch {
    throw wrong('is not JSON');
  }
  if (!isRecord(profiles)) throw wrong('must be an object of profiles by name');
  const names = Object.keys(profiles);
  if (name !== undefined && !Object.hasOwn(profiles, name)) {
    throw wrong(`has no profile ${name}; it has ${names.join(', ') || 'none'}`);
  }
  const profile = profiles[name ?? 'default'] ?? {};
  if (!isRecord(profile)) throw wrong(`must have an object at ${name ?? 'default'}`);
  for (const [key, value] of Object.entries(profile)) {
    if (!KEYS.some((known) => known === key)) throw wrong(`has an unknown key ${key}; allowed are ${KEYS.join(', ')}`);
    if (typeof value !== 'string' || value === '') throw wrong(`must have a text at ${key}`);
  }
  if ('token' in profile && isOpenToOthers(path)) {
    throw wrong('holds a token and can be read by others: chmod 600 it, or name a token_file');
  }
  return profile;
}

function textOf(path: string, isNamed: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!isNamed && error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(EXIT.usage, `the profile file cannot be read: ${reason}`);
  }
}

function isOpenToOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
}

function isRecord(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
