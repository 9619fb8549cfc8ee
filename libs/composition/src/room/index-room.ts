import { Logger } from '@nestjs/common';
import { IndexRoom, type ProcessMemory } from '@sfm/memory';
import { embeddedIndexCosts } from '@sfm/vector';
import { dimensionOf } from '../indexing/embedding-dimension.js';
import type { IndexingOptions } from '../indexing/indexing-options.js';

/** Returns the room that this process has for the indexes that live in it. */
export function indexRoom({ embedder, vectors }: IndexingOptions, memory: ProcessMemory): IndexRoom {
  const logger = new Logger('IndexRoom');
  const isOwn = vectors.kind === 'embedded';
  return new IndexRoom(memory, {
    indexes: isOwn ? ['lexical', 'vector'] : ['lexical'],
    costs: embeddedIndexCosts({
      dimension: dimensionOf(embedder),
      areDense: embedder.kind !== 'hash',
      ...(isOwn ? { exactScanLimit: vectors.exactScanLimit } : {}),
    }),
    onProblem: (problem) => logger.warn(problem),
  });
}
