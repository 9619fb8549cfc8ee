import { readFileSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { REPOSITORY } from '../services/repository.js';

/** What `.dockerignore` leaves of a repository: a later line wins over an earlier one, and a folder takes what is in it. */
export class DockerContext {
  private readonly rules: readonly { readonly pattern: RegExp; readonly keeps: boolean }[];

  constructor(ignoreFile = readFileSync(path.join(REPOSITORY, '.dockerignore'), 'utf8')) {
    this.rules = ignoreFile
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => ({ keeps: line.startsWith('!'), pattern: patternOf(line.replace(/^!/, '')) }));
  }

  /** @param file relative to the root of the repository, with slashes */
  includes(file: string): boolean {
    return this.rules.findLast(({ pattern }) => pattern.test(file))?.keeps ?? true;
  }

  /** Copies the context into a folder, as a build sends it to the engine. */
  async copyTo(target: string, folder = ''): Promise<void> {
    await mkdir(path.join(target, folder), { recursive: true });
    for (const entry of await readdir(path.join(REPOSITORY, folder), { withFileTypes: true })) {
      const file = path.posix.join(folder, entry.name);
      if (!this.includes(file)) continue;
      if (entry.isDirectory()) await this.copyTo(target, file);
      else if (entry.isFile()) await cp(path.join(REPOSITORY, file), path.join(target, file));
    }
  }
}

function patternOf(line: string): RegExp {
  const source = line
    .replace(/^\/|\/$/g, '')
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('**/', '<any>')
    .replaceAll('*', '[^/]*')
    .replaceAll('<any>', '(?:.*/)?');
  return new RegExp(`^${source}(?:/|$)`);
}
