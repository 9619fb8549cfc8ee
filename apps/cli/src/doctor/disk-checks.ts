import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CompleteOptions } from '@sfm/composition';
import { ok, reasonOf, warning, wrong, type Finding } from './finding.js';

const MEGABYTE = 1_000_000;
/** PostgreSQL stops at a full disk, and needs room for its write-ahead log before that. */
const LEAST_FREE = 500 * MEGABYTE;
const ENOUGH_FREE = 2_000 * MEGABYTE;

/** Looks at the data folder and the room on its disk. Nothing is on this disk when the memories are on a server. */
export async function diskFindings({ truth }: CompleteOptions): Promise<readonly Finding[]> {
  if (truth.kind !== 'embedded') return [];
  const folder = resolve(truth.dataDir);
  const there = await firstThere(folder);
  return [await folderFinding(folder, there), await roomFinding(there)];
}

async function folderFinding(folder: string, there: string): Promise<Finding> {
  try {
    await access(there, constants.R_OK | constants.W_OK);
    return ok('data folder', there === folder ? folder : `${folder} is made at the first start`);
  } catch (error) {
    return wrong('data folder', reasonOf(error), 'let the user of the service read and write it, or set SOMA_DATA_DIR');
  }
}

async function roomFinding(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const found = `${Math.round(free / MEGABYTE)} MB are free`;
  if (free >= ENOUGH_FREE) return ok('disk', found);
  const todo = 'make room, or move the data folder to a larger disk (docs/runbooks/disk-full.md)';
  return free < LEAST_FREE ? wrong('disk', found, todo) : warning('disk', found, todo);
}

/** The folder, or the nearest above it that is there. */
async function firstThere(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch {
    return dirname(folder) === folder ? folder : firstThere(dirname(folder));
  }
}
