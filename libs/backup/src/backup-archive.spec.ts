import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { BackupArchive, type ArtifactContent } from './backup-archive.js';
import { FileObjectStore } from './file/file-object-store.js';

const DAY_MS = 86_400_000;

describe('a backup archive', () => {
  let folder: string;
  let store: FileObjectStore;
  let time: number;
  let archive: BackupArchive;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sfm-archive-'));
    store = new FileObjectStore(folder);
    time = Date.parse('2026-01-01T02:00:00.000Z');
    archive = new BackupArchive(store, () => new Date(time));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (content = 'a dump') =>
    archive.write('postgres', { facts: { schema: 'x' }, artifacts: artifacts([['memories.dump', content]]) });

  it('returns what was written, and says what it is', async () => {
    const backup = await write();
    expect(backup).toMatchObject({ kind: 'postgres', createdAt: '2026-01-01T02:00:00.000Z', facts: { schema: 'x' } });
    const found = await archive.find('postgres');
    expect(found).toEqual(backup);
    const [artifact] = found.artifacts;
    if (!artifact) throw new Error('there is no artifact');
    expect(artifact).toMatchObject({ name: 'memories.dump', bytes: 6, facts: { n: 1 } });
    expect(await text(await archive.read(found, artifact))).toBe('a dump');
    expect(await archive.check(found)).toBe(6);
  });

  it('notices damage', async () => {
    const backup = await write();
    await appendFile(join(folder, backup.id, 'memories.dump'), '!');
    await expect(archive.check(backup)).rejects.toThrow(
      'memories.dump of postgres/2026-01-01T02-00-00.000Z is damaged',
    );
  });

  it('keeps nothing of a backup that failed', async () => {
    const broken = artifacts([
      ['one', 'fine'],
      ['two', new Error('the disk is full')],
    ]);
    await expect(archive.write('qdrant', { facts: {}, artifacts: broken })).rejects.toThrow('the disk is full');
    expect(await store.list('')).toEqual([]);
    await expect(archive.find('qdrant')).rejects.toThrow('has no backup of qdrant');
  });

  it('does not count a backup without a manifest, and removes it when it is old', async () => {
    await store.put('postgres/2026-01-01T01-00-00.000Z/memories.dump', Readable.from([Buffer.from('half')]));
    expect(await archive.list('postgres')).toEqual([]);
    expect(await archive.prune('postgres', { keepDays: 1 })).toEqual([]);
    time += 2 * DAY_MS;
    expect(await archive.prune('postgres', { keepDays: 1 })).toEqual(['postgres/2026-01-01T01-00-00.000Z']);
    expect(await store.list('')).toEqual([]);
  });

  it('removes what is older than the retention, never the newest', async () => {
    const backups: string[] = [];
    for (let day = 0; day < 5; day += 1) {
      backups.push((await write(`day ${day}`)).id);
      time += DAY_MS;
    }
    expect(await archive.prune('postgres', { keepDays: 3 })).toEqual(backups.slice(0, 2));
    time += 100 * DAY_MS;
    expect(await archive.prune('postgres', { keepDays: 3 })).toEqual(backups.slice(2, 4));
    expect((await archive.list('postgres')).map(({ id }) => id)).toEqual(backups.slice(4));
  });
});

async function* artifacts(contents: readonly (readonly [string, string | Error])[]): AsyncGenerator<ArtifactContent> {
  for (const [name, content] of contents) {
    if (content instanceof Error) {
      yield { name, facts: {}, content: Readable.from(failing(content)) };
    } else {
      yield { name, facts: { n: 1 }, content: Readable.from([Buffer.from(content)]) };
    }
  }
}

function* failing(error: Error): Generator<Buffer> {
  yield Buffer.from('half');
  throw error;
}
