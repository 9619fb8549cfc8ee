import { toIndexPoint } from '../indexing/index-point-factory.js';
import type { IndexReadiness } from '../indexing/index-readiness.port.js';
import type { MemoryTelemetry } from '../telemetry.port.js';
import type { Embedder } from './embedder.port.js';
import { EMPTY_OVERLAY, type IndexPoint, type Overlay } from './index-point.js';
import type { PendingMemories, PendingMemory, PendingVersion } from './pending-memories.port.js';

/** Texts embedded in one go; between goes other requests get their turn. */
const EMBED_BATCH = 128;

export interface OverlayOptions {
  /** Most pending memories that one recall embeds; further ones are found by their words until they are indexed. */
  readonly maxEmbedded: number;
}

/**
 * Reads what is committed but not yet in the indexes, ready to be searched with them: what makes a write recallable
 * the moment it is acknowledged, by any process. Analysed points are kept until the index has caught up with them.
 */
export class OverlayReader {
  private readonly cached = new Map<string, Map<string, IndexPoint>>();

  constructor(
    private readonly pending: PendingMemories,
    private readonly embedder: Embedder,
    private readonly indexes: IndexReadiness,
    private readonly telemetry: MemoryTelemetry,
    private readonly options: OverlayOptions,
  ) {}

  /**
   * The overlay of a namespace at this instant.
   *
   * @throws StoreUnavailableError when the truth cannot be read; IndexUnavailableError while indexes are being loaded.
   */
  async read(namespace: string): Promise<Overlay> {
    // What is not pending now is in the indexes once they are ready, whichever comes first.
    const [versions] = await Promise.all([this.pending.versions(namespace), this.indexes.whenReady()]);
    this.telemetry.observeOverlay(versions.length);
    if (versions.length === 0) {
      this.cached.delete(namespace);
      return EMPTY_OVERLAY;
    }
    const points = await this.pointsOf(namespace, versions);
    this.cached.set(namespace, points);
    return { hidden: new Set(versions.map(({ key }) => key)), points: [...points.values()] };
  }

  private async pointsOf(namespace: string, versions: readonly PendingVersion[]): Promise<Map<string, IndexPoint>> {
    const known = this.cached.get(namespace);
    const points = new Map<string, IndexPoint>();
    const missing: string[] = [];
    for (const { key, version, deleted } of versions) {
      const point = known?.get(key);
      if (deleted) continue;
      if (point && point.version >= version) points.set(key, point);
      else missing.push(key);
    }
    if (missing.length > 0) {
      for (const point of await this.make(await this.pending.load(namespace, missing))) points.set(point.key, point);
    }
    return points;
  }

  private async make(pending: readonly PendingMemory[]): Promise<readonly IndexPoint[]> {
    const points: IndexPoint[] = [];
    for (let from = 0; from < pending.length; from += EMBED_BATCH) {
      const batch = pending.slice(from, from + EMBED_BATCH);
      const vectors = from < this.options.maxEmbedded ? await this.embed(batch) : [];
      batch.forEach((pending, index) => points.push(toIndexPoint(pending.memory, pending, vectors[index] ?? null)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return points;
  }

  /** Without the embedder a pending memory is still found by its words, so its failure must not fail recall. */
  private async embed(batch: readonly PendingMemory[]): Promise<readonly Float32Array[]> {
    try {
      return await this.embedder.embed(batch.map(({ searchedText }) => searchedText));
    } catch {
      return [];
    }
  }
}
