import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findCheckTool } from '../services/programs/check-tools.js';
import { REPOSITORY } from '../services/repository.js';
import { runTool } from '../services/programs/run-tool.js';

export interface ComposePort {
  readonly host_ip?: string;
  readonly published: string;
  readonly target: number;
}

export interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[] | null;
  readonly profiles: readonly string[];
  readonly build?: { readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly ports?: readonly ComposePort[];
  readonly volumes?: readonly { readonly type: string; readonly source: string; readonly target: string }[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
}

export interface ComposeModel {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/**
 * docker-compose.yml as Compose's own loader reads it: checked against the schema, merged and normalised.
 *
 * @param settings values of variables, in place of their defaults in the file
 * @throws Error with the loader's message when it refuses the file
 */
export async function composeModel(
  settings: Readonly<Record<string, string>> = {},
  text?: string,
): Promise<ComposeModel> {
  const loader = await findCheckTool('compose-spec');
  const written = text ?? (await readFile(path.join(REPOSITORY, 'docker-compose.yml'), 'utf8'));
  const filledIn = written.replaceAll(/\$\{(\w+):-[^}]*\}/g, (asIs, name: string) => settings[name] ?? asIs);
  // In an empty folder: a developer's .env is not to be read.
  const folder = await mkdtemp(path.join(tmpdir(), 'sfm-compose-'));
  try {
    await writeFile(path.join(folder, 'docker-compose.yml'), filledIn);
    const args = ['--no-path-resolution', '--format', 'json', 'docker-compose.yml'];
    return JSON.parse(await runTool(loader, args, { cwd: folder })) as ComposeModel;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Names of the services that a profile starts. */
export function servicesOf({ services }: ComposeModel, profile: string): string[] {
  return Object.entries(services)
    .filter(([, { profiles }]) => profiles.includes(profile))
    .map(([name]) => name)
    .sort();
}
