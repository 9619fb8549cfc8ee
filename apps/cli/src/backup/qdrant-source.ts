import type { ArtifactContent, BackupManifest } from '@sfm/backup';
import { backendsOf, qdrantConnection } from '@sfm/composition';
import type { AppConfig } from '@sfm/config';
import { QdrantServer, QdrantSnapshots, type CollectionAlias } from '@sfm/vector';
import { processTerminal } from '../terminal/terminal.js';
import type { BackupSource } from './backup-sources.js';

const SUFFIX = '.snapshot';

/** The vector index: it can be rebuilt from the truth, but a copy of a large one is there sooner. */
export const qdrantSource: BackupSource = {
  kind: 'qdrant',
  isConfigured: (config) => backendsOf(config).vectors === 'qdrant',
  capture: (config, work) =>
    withSnapshots(config, async (snapshots) =>
      work({ facts: { aliases: await snapshots.aliases() }, artifacts: snapshotsOf(snapshots) }),
    ),
  reset: (config) =>
    withSnapshots(config, async (snapshots) => {
      for (const collection of await snapshots.collections()) await snapshots.drop(collection);
    }),
  restore: (config, archive, backup) =>
    withSnapshots(config, async (snapshots) => {
      const aliases = aliasesOf(backup);
      for (const artifact of backup.artifacts) {
        const collection = artifact.name.slice(0, -SUFFIX.length);
        processTerminal.note(`restoring ${collection} (${artifact.bytes} bytes)`);
        await snapshots.restore(collection, await archive.read(backup, artifact));
      }
      await snapshots.setAliases(aliases);
      processTerminal.note('the index may be older than the database now: run soma verify --repair');
    }),
};

async function* snapshotsOf(snapshots: QdrantSnapshots): AsyncGenerator<ArtifactContent> {
  for (const collection of await snapshots.collections()) {
    yield { name: collection + SUFFIX, facts: {}, content: await snapshots.take(collection) };
  }
}

async function withSnapshots<T>(config: AppConfig, work: (snapshots: QdrantSnapshots) => Promise<T>): Promise<T> {
  const server = new QdrantServer(qdrantConnection(config));
  try {
    return await work(new QdrantSnapshots(server));
  } finally {
    await server.close();
  }
}

function aliasesOf({ id, facts: { aliases } }: BackupManifest): readonly CollectionAlias[] {
  if (!Array.isArray(aliases)) throw new Error(`${id} does not say which alias leads where`);
  return aliases.map((entry: unknown) => {
    if (!isAlias(entry)) throw new Error(`${id} does not say which alias leads where`);
    return entry;
  });
}

function isAlias(entry: unknown): entry is CollectionAlias {
  return (
    typeof entry === 'object' &&
    entry !== null &&
    'alias' in entry &&
    typeof entry.alias === 'string' &&
    'collection' in entry &&
    typeof entry.collection === 'string'
  );
}
