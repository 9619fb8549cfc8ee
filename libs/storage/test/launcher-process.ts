import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { EmbeddedPostgresConnection } from '../src/embedded/embedded-postgres-connection.js';

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));
/** All that these sources use of the core, which is TypeScript too and which plain Node cannot run as it is. */
const CORE = fileURLToPath(new URL('../../memory/src/attempts/backoff.ts', import.meta.url));
const NEEDED = [
  'embedded',
  'postgres/connection/advisory-lock-keys.ts',
  'postgres/locks/instance-lock.ts',
  'postgres/locks/instance-lock-sessions.ts',
  'postgres/connection/keep-alive.ts',
];

const PROGRAM = `
import { EmbeddedPostgres } from './embedded/embedded-postgres.js';
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const embedded = new EmbeddedPostgres({
  ...JSON.parse(process.argv[2]),
  logger: { log: (line) => say({ log: line }), warn: (line) => say({ log: line }), error: (line) => say({ log: line }) },
  onInstanceLockLost: (holder) => say({ lost: holder }),
});
process.once('SIGTERM', () => void embedded.stop().then(() => process.exit(0)));
try {
  say({ started: await embedded.start() });
  await embedded.announce('http://127.0.0.1:9595');
  say({ announced: true });
} catch (error) {
  say({ failed: { name: error.name, code: error.code, message: error.message } });
  process.exit(1);
}
`;

export interface LauncherFailure {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

interface Message {
  readonly log?: string;
  readonly started?: EmbeddedPostgresConnection;
  readonly announced?: true;
  readonly failed?: LauncherFailure;
  readonly lost?: unknown;
}

/** The launcher's present source as a program that plain Node runs, in a folder of its own. */
export class LauncherProgram {
  private constructor(readonly folder: string) {}

  /** @param copyBinaries puts the PostgreSQL programs into the folder too, instead of using the installed ones */
  static async make(options: { copyBinaries?: boolean } = {}): Promise<LauncherProgram> {
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'sfm-launcher-')));
    for (const entry of NEEDED) {
      const files = entry.endsWith('.ts')
        ? [entry]
        : (await readdir(SOURCES + entry)).map((name) => `${entry}/${name}`);
      for (const file of files.filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))) {
        await transpile(SOURCES + file, path.join(folder, file.replace(/\.ts$/, '.js')));
      }
    }
    await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(path.join(folder, 'program.js'), PROGRAM);
    await provideModules(folder, options.copyBinaries ?? false);
    return new LauncherProgram(folder);
  }

  /** Starts the program on a data folder. */
  run(dataDir: string, options: Record<string, unknown> = {}): LauncherProcess {
    return new LauncherProcess(this.folder, { dataDir, ...options });
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** One running launcher program. */
export class LauncherProcess {
  readonly logs: string[] = [];
  private readonly child: ChildProcess;
  private readonly messages: Message[] = [];
  private wake: () => void = () => undefined;

  constructor(folder: string, options: Record<string, unknown>) {
    this.child = spawn(process.execPath, [path.join(folder, 'program.js'), JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (this.child.stdout === null) throw new Error('the launcher program has no output');
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const message: Message = JSON.parse(line);
      if (message.log !== undefined) this.logs.push(message.log);
      this.messages.push(message);
      this.wake();
    });
    this.child.once('close', () => {
      this.messages.push({ failed: { name: 'Exit', code: String(this.child.exitCode), message: 'the program ended' } });
      this.wake();
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the launcher program did not start');
    return this.child.pid;
  }

  /** Resolves when PostgreSQL is up and the program's address announced. */
  async started(): Promise<EmbeddedPostgresConnection> {
    const { started, failed } = await this.find((message) => message.started ?? message.failed);
    if (started === undefined) throw new Error(`the launcher failed: ${failed?.message}`);
    await this.find((message) => message.announced ?? message.failed);
    return started;
  }

  async failed(): Promise<LauncherFailure> {
    const { failed, started } = await this.find((message) => message.failed ?? message.started);
    if (failed === undefined) throw new Error(`the launcher started on port ${started?.port}`);
    return failed;
  }

  /** Ends the program with a signal and waits for its end. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const closed = once(this.child, 'close');
    this.child.kill(signal);
    await closed;
  }

  private async find(wanted: (message: Message) => unknown): Promise<Message> {
    for (;;) {
      const found = this.messages.find((message) => wanted(message) !== undefined);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

async function transpile(source: string, target: string): Promise<void> {
  const { outputText } = ts.transpileModule(await readFile(source, 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
  });
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, outputText);
}

async function provideModules(folder: string, copyBinaries: boolean): Promise<void> {
  const modules = path.join(folder, 'node_modules');
  await mkdir(modules);
  const require = createRequire(import.meta.url);
  const packageOf = (name: string): string => path.dirname(path.dirname(require.resolve(name)));
  await symlink(packageOf('pg'), path.join(modules, 'pg'));
  const installed = path.join(path.dirname(packageOf('pg')), '@embedded-postgres');
  const target = path.join(modules, '@embedded-postgres');
  if (copyBinaries) await cp(installed, target, { recursive: true, verbatimSymlinks: true });
  else await symlink(installed, target);
  const core = path.join(modules, '@sfm/memory');
  await transpile(CORE, path.join(core, 'index.js'));
  await writeFile(path.join(core, 'package.json'), '{"type":"module","exports":"./index.js"}');
}
