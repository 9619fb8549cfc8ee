import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTool } from '../../services/programs/run-tool.js';
import { REPOSITORY } from '../../services/repository.js';

/** What a workspace is packed from. */
const SOURCES = [
  'apps',
  'libs',
  'migrations',
  'schemas',
  'scripts',
  'package.json',
  'tsconfig.base.json',
  'tsconfig.json',
];

/**
 * Puts the package of `workspace` (such as `apps/cli`) into `destination`, as `npm pack` there makes it. In a copy of the
 * repository: while a package is made its own libs lie beside the workspace, where whatever else runs from there would load them.
 */
export async function packWorkspace(workspace: string, destination: string): Promise<void> {
  const copy = await mkdtemp(path.join(tmpdir(), 'sfm-pack-'));
  try {
    const options = { recursive: true, preserveTimestamps: true, filter: isOwn };
    await Promise.all(SOURCES.map((each) => cp(path.join(REPOSITORY, each), path.join(copy, each), options)));
    await symlink(path.join(REPOSITORY, 'node_modules'), path.join(copy, 'node_modules'));
    await runTool('npm', ['pack', '--pack-destination', destination], { cwd: path.join(copy, workspace) });
    const manifest = await readFile(path.join(copy, workspace, 'package.json'), 'utf8');
    if (manifest !== (await readFile(path.join(REPOSITORY, workspace, 'package.json'), 'utf8')))
      throw new Error(`npm pack has not put ${workspace}/package.json back`);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function isOwn(file: string): boolean {
  return path.basename(file) !== 'node_modules';
}
