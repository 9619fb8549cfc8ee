import { exec } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../services/environment.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RULES = [
  'eslint.config.mjs',
  '.dependency-cruiser.mjs',
  'scripts/check-folders.mjs',
  'tsconfig.base.json',
  'tsconfig.check.json',
  'package.json',
];

/** File path from the root of the repository → source. */
export type SourceTree = Readonly<Record<string, string>>;

/** What a linter said: whether the command failed, and `rule` per file or folder. */
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
    const { failed, stdout } = await this.run('eslint . --format json');
    const results = JSON.parse(stdout) as {
      filePath: string;
      messages: { ruleId: string | null; severity: number; message: string }[];
    }[];
    return {
      failed,
      brokenRules: new Map(
        results.map(({ filePath, messages }) => [
          relative(this.folder, filePath),
          messages.filter(({ severity }) => severity === 2).map(({ ruleId, message }) => ruleId ?? message),
        ]),
      ),
    };
  }

  /** What each command of `npm run lint:arrows` says, also those after one that fails. */
  async runArrows(): Promise<readonly LintOutcome[]> {
    const { scripts } = JSON.parse(await readFile(join(this.folder, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const outcomes: LintOutcome[] = [];
    for (const command of scripts['lint:arrows']?.split(' && ') ?? []) {
      const { failed, stdout } = await this.run(command);
      const brokenRules = new Map<string, string[]>();
      for (const [, rule = '', place = ''] of stdout.matchAll(/^ *error ([\w-]+): (\S+)/gm)) {
        brokenRules.set(place, [...(brokenRules.get(place) ?? []), rule]);
      }
      outcomes.push({ failed, brokenRules });
    }
    return outcomes;
  }

  private run(command: string): Promise<{ failed: boolean; stdout: string }> {
    const environment = childEnvironment();
    const PATH = [join(ROOT, 'node_modules/.bin'), dirname(process.execPath), environment['PATH']].join(delimiter);
    const options = { cwd: this.folder, env: { ...environment, PATH }, maxBuffer: 64 * 1024 * 1024 };
    return new Promise((resolve, reject) => {
      exec(command, options, (error, stdout, stderr) => {
        if (stdout === '') reject(new Error(`${command} said nothing: ${stderr}`, { cause: error }));
        else resolve({ failed: error !== null, stdout });
      });
    });
  }

  private async copyRules(): Promise<void> {
    await mkdir(join(this.folder, 'scripts'));
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
