import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository: this file runs from `test/services`, and compiled from a folder below it. */
export const REPOSITORY = findRoot(path.dirname(fileURLToPath(import.meta.url)));

function findRoot(folder: string): string {
  const parent = path.dirname(folder);
  if (existsSync(path.join(folder, 'package-lock.json')) || parent === folder) return folder;
  return findRoot(parent);
}
