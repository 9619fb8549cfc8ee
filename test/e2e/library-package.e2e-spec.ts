import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { REPOSITORY } from '../services/repository.js';
import { runTool } from '../services/programs/run-tool.js';
import { packWorkspace } from './support/packed-workspace.js';

const LIBRARY = path.join(REPOSITORY, 'apps/library');

/** The library as its users have it: packed, and installed in an empty project. */
describe('the package of the library', () => {
  let project: string;

  beforeAll(async () => {
    project = await mkdtemp(path.join(tmpdir(), 'sfm-project-'));
    // The embedded server runs as another user where this process is root.
    await chmod(project, 0o755);
    await packWorkspace('apps/library', project);
    await writeFile(path.join(project, 'package.json'), '{"private": true}');
    const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', './somafractalmemory-0.1.0.tgz'];
    await runTool('npm', install, { cwd: project });
  });
  afterAll(() => rm(project, { recursive: true, force: true }));

  it('runs its example', async () => {
    await cp(path.join(LIBRARY, 'examples/quickstart.mjs'), path.join(project, 'quickstart.mjs'));
    const stdout = await runTool('node', ['quickstart.mjs'], { cwd: project });
    expect(stdout).toContain('The kettle is in the blue cupboard');
    expect(stdout).toContain('The blue cupboard is in the pantry');
    expect(stdout).toMatch(/totalMemories: 2/);
  });

  it('runs what its page shows', async () => {
    const [, code = ''] = /```js\n(import[^`]*)```/.exec(await readFile(path.join(LIBRARY, 'README.md'), 'utf8')) ?? [];
    await writeFile(path.join(project, 'page.mjs'), code);
    const stdout = await runTool('node', ['page.mjs'], { cwd: project });
    expect(stdout).toContain('The kettle is in the blue cupboard');
  });

  it('says to TypeScript what it takes and gives', async () => {
    const code = `import { createMemorySystem, type MemorySystemConfig } from 'somafractalmemory';
const config: MemorySystemConfig = { redis: { host: 'redis' } };
const memory = await createMemorySystem('evented_enterprise', 'typed', config);
const found: readonly object[] = await memory.recall('kettle', { topK: 3 });
// @ts-expect-error a coordinate is a list of numbers
await memory.storeMemory('1,2,3', { found: found.length });
export {};
`;
    await writeFile(path.join(project, 'typed.mts'), code);
    const tsc = path.join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023'];
    const types = ['--types', 'node', '--typeRoots', path.join(REPOSITORY, 'node_modules/@types')];
    await runTool('node', [tsc, ...options, ...types, 'typed.mts'], { cwd: project });
  });
});
