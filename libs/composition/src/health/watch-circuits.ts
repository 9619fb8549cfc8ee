import { OpenAiCompatibleEmbedder } from '@sfm/embedding';
import type { Embedder } from '@sfm/memory';
import type { ServiceMetrics } from '@sfm/observability';
import type { QdrantServer } from '@sfm/vector';

/** Shows the circuit breakers of the remote embedder and of Qdrant, where they are used, in the metrics. */
export function watchCircuits(metrics: ServiceMetrics, embedder: Embedder, qdrant: QdrantServer | undefined): void {
  if (embedder instanceof OpenAiCompatibleEmbedder) metrics.watchCircuit('embedder', () => embedder.circuit);
  if (qdrant !== undefined) metrics.watchCircuit('qdrant', () => qdrant.circuit);
}
