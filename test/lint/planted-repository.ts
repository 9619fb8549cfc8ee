import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../services/environment.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RULES = [
  'eslint.config.mjs',
  '.dependency-cruiser.mjs',
  'tsconfig.base.json',
  'tsconfig.check.json',
  'package.json',
];

/** File path from the root of the repository → source. */
export type SourceTree = Readonly<Record<string, string>>;

/** What a linter said: whether the command failed, and `rule` per file. */
export interface LintOutcome {
  failed: boolean;
  brokenRules: ReadonlyMap<string, readonly string[]>;
}

/**
 * A small repository in a temporary folder with the real rules, the real package.json files and the real node_modules,
 * but only the planted sources. The real linters run in it; nothing is written into the real tree.
 */
export class PlantedRepository {
  private constructor(private readonly folder: string) {}

  static async create(sources: SourceTree): Promise<PlantedRepository> {
    const planted = new PlantedRepository(await mkdtemp(join(tmpdir(), 'sfm-lint-')));
    try {
      await planted.copyRules();
      for (const [path, source] of Object.entries(sources)) await planted.write(path, source);
    } catch (error) {
      await planted.remove();
      throw error;
    }
    return planted;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async runEslint(): Promise<LintOutcome> {
    const { exitCode, stdout } = await this.run('eslint/bin/eslint.js', ['.', '--format', 'json']);
    const results = JSON.parse(stdout) as {
      filePath: string;
      messages: { ruleId: string | null; severity: number; message: string }[];
    }[];
    return {
      failed: exitCode !== 0,
      brokenRules: new Map(
        results.map(({ filePath, messages }) => [
          relative(this.folder, filePath),
          messages.filter(({ severity }) => severity === 2).map(({ ruleId, message }) => ruleId ?? message),
        ]),
      ),
    };
  }

  async runDependencyCruiser(): Promise<LintOutcome> {
    const { exitCode, stdout } = await this.run('dependency-cruiser/bin/dependency-cruise.mjs', [
      ...['apps', 'libs', 'migrations', 'test', 'bench'],
      ...['--config', '.dependency-cruiser.mjs', '--output-type', 'err'],
    ]);
    const brokenRules = new Map<string, string[]>();
    for (const [, rule = '', file = ''] of stdout.matchAll(/^ *error ([\w-]+): (\S+)/gm)) {
      brokenRules.set(file, [...(brokenRules.get(file) ?? []), rule]);
    }
    return { failed: exitCode !== 0, brokenRules };
  }

  private run(program: string, args: readonly string[]): Promise<{ exitCode: number; stdout: string }> {
    const options = { cwd: this.folder, env: childEnvironment(), maxBuffer: 64 * 1024 * 1024 };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [join(ROOT, 'node_modules', program), ...args], options, (error, stdout, stderr) => {
        if (stdout === '') reject(new Error(`${program} said nothing: ${stderr}`, { cause: error }));
        else resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, stdout });
      });
    });
  }

  private async copyRules(): Promise<void> {
    for (const file of RULES) await copyFile(join(ROOT, file), join(this.folder, file));
    await this.linkPackages();
    for (const parent of ['apps', 'libs']) {
      for (const name of await readdir(join(ROOT, parent))) await this.copyWorkspace(join(parent, name), name);
    }
    await this.copyWorkspace('migrations', 'migrations');
  }

  private async linkPackages(): Promise<void> {
    await mkdir(join(this.folder, 'node_modules', '@sfm'), { recursive: true });
    for (const name of await readdir(join(ROOT, 'node_modules'))) {
      if (name === '@sfm' || name.startsWith('.')) continue;
      await symlink(join(ROOT, 'node_modules', name), join(this.folder, 'node_modules', name));
    }
  }

  private async copyWorkspace(path: string, name: string): Promise<void> {
    await mkdir(join(this.folder, path), { recursive: true });
    await copyFile(join(ROOT, path, 'package.json'), join(this.folder, path, 'package.json'));
    await symlink(join(this.folder, path), join(this.folder, 'node_modules', '@sfm', name));
  }

  private async write(path: string, source: string): Promise<void> {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await writeFile(join(this.folder, path), source);
  }
}
