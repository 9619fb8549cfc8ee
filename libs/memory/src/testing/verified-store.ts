import { Indexer } from '../indexing/projection/indexer.js';
import { SilentTelemetry } from '../telemetry/telemetry.port.js';
import { ReindexService } from '../reindex/reindex.service.js';
import { VerifyService } from '../verify/verify.service.js';
import {
  InMemoryChangeFeed,
  InMemoryDerivedTables,
  InMemoryNamespaceLock,
  InMemoryProjectionSource,
  InMemoryTruth,
  InMemoryTruthAudit,
} from './in-memory-truth.js';
import { FixedEmbedder, InMemoryPointAudit, InMemoryVectorRebuild, InMemoryVectors } from './in-memory-vectors.js';
import { toNamespace } from '../model/namespace.js';

/** The namespace that `store` writes to. */
export const VERIFIED_NAMESPACE = toNamespace('ns');

/** A store in memory with everything that verifies, repairs and rebuilds it. */
export function aVerifiedStore(embedder = new FixedEmbedder(), { keepsEmbeddings = true } = {}) {
  const truth = new InMemoryTruth();
  const vectors = new InMemoryVectors();
  const lock = new InMemoryNamespaceLock();
  const feed = new InMemoryChangeFeed(truth);
  const source = new InMemoryProjectionSource(truth);
  const indexer = new Indexer(source, [vectors], embedder, new SilentTelemetry(), { keepsEmbeddings });
  const audit = new InMemoryTruthAudit(truth);
  /** What goes on while verification waits between two looks. */
  const traffic: { pause: () => void | Promise<void> } = { pause: () => {} };
  const points = new InMemoryPointAudit(vectors);
  const places = {
    truth: audit,
    points,
    fields: { text: ['text'], session: [] },
    tables: new InMemoryDerivedTables(truth),
    source,
    indexer,
    lock,
    embedder,
  };
  const verifier = new VerifyService(places, { wait: async () => traffic.pause() });
  const rebuild = new InMemoryVectorRebuild(vectors);
  const reindexer = new ReindexService({ lock, rebuild, source, feed, truth: audit, embedder, indexer, verifier });
  const index = (...keys: string[]) => indexer.refresh(keys.map((key) => ({ namespace: VERIFIED_NAMESPACE, key })));
  const store = async (...keys: string[]) => {
    for (const key of keys) truth.write(VERIFIED_NAMESPACE, key);
    await index(...keys);
  };
  return {
    truth,
    vectors,
    lock,
    feed,
    source,
    unusable: points.unusable,
    traffic,
    verifier,
    reindexer,
    embedder,
    index,
    store,
    points: () => vectors.of(VERIFIED_NAMESPACE),
  };
}
