import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder of scripts that stand in for programs on PATH and note how they were called. */
export class FakePrograms {
  private constructor(readonly folder: string) {}

  static async create(): Promise<FakePrograms> {
    const folder = await mkdtemp(path.join(tmpdir(), 'sfm-fakes-'));
    await mkdir(path.join(folder, 'bin'));
    const fakes = new FakePrograms(folder);
    await fakes.forget();
    return fakes;
  }

  /** @param body shell that runs after the call was noted; `$*` is how it was called */
  async add(program: string, body = ''): Promise<void> {
    const file = path.join(this.folder, 'bin', program);
    await writeFile(file, `#!/usr/bin/env bash\nprintf '%s\\n' "${program} $*" >>'${this.callsFile}'\n${body}\n`);
    await chmod(file, 0o755);
  }

  /** A PATH on which the fakes come first. */
  pathBefore(systemPath = ''): string {
    return `${path.join(this.folder, 'bin')}${path.delimiter}${systemPath}`;
  }

  /** Each call as one line, program first. */
  async calls(): Promise<string[]> {
    return (await readFile(this.callsFile, 'utf8')).split('\n').filter(Boolean);
  }

  async forget(): Promise<void> {
    await writeFile(this.callsFile, '');
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private get callsFile(): string {
    return path.join(this.folder, 'calls');
  }
}
