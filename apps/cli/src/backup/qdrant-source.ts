import type { ArtifactContent, BackupManifest } from '@sfm/backup';
import type { CompleteOptions } from '@sfm/composition';
import { QdrantServer, QdrantSnapshots, type CollectionAlias } from '@sfm/vector';
import { processTerminal } from '../terminal/terminal.js';
import type { BackupSource } from './backup-sources.js';

const SUFFIX = '.snapshot';

/** The vector index: it can be rebuilt from the truth, but restoring a large one is faster. */
export const qdrantSource: BackupSource = {
  kind: 'qdrant',
  isConfigured: ({ vectors }) => vectors.kind === 'qdrant',
  capture: (system, work) =>
    withSnapshots(system, async (snapshots) =>
      work({ facts: { aliases: await snapshots.aliases() }, artifacts: snapshotsOf(snapshots) }),
    ),
  reset: (system) =>
    withSnapshots(system, async (snapshots) => {
      for (const collection of await snapshots.collections()) await snapshots.drop(collection);
    }),
  restore: (system, archive, backup) =>
    withSnapshots(system, async (snapshots) => {
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

async function withSnapshots<T>(
  { vectors }: CompleteOptions,
  work: (snapshots: QdrantSnapshots) => Promise<T>,
): Promise<T> {
  if (vectors.kind !== 'qdrant') throw new Error('Qdrant is not configured');
  const server = new QdrantServer(vectors.connection);
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
