import type { AccessRecorder, LifecycleScheduler, StoreService } from '@sfm/memory';
import type { CacheBackend } from '../cache/cache-backend.js';
import type { EmbeddingSpaceWatch } from '../health/embedding-space-watch.js';
import type { PipelineService } from '../pipeline/pipeline.service.js';
import type { MemoryWatch } from '../room/memory-watch.js';

/** The background work of a memory system, from its first call to its last. */
export class BackgroundWork {
  constructor(
    private readonly store: StoreService,
    private readonly accesses: AccessRecorder,
    private readonly lifecycle: LifecycleScheduler,
    private readonly pipeline: PipelineService,
    private readonly cache: CacheBackend,
    private readonly watch: MemoryWatch,
    private readonly spaces: Pick<EmbeddingSpaceWatch, 'look'>,
  ) {}

  /**
   * Connects the cache and starts relaying events, filling the indexes and working on the life of memories; recall goes
   * without indexes that are not filled.
   */
  async start(): Promise<void> {
    await this.cache.open();
    await this.pipeline.start();
    // On nobody's way: a server that hangs would hold up the start.
    void this.spaces.look();
    this.lifecycle.start();
    this.watch.start();
  }

  /** Finishes acknowledged writes and work in progress. Call it when no more calls can arrive. */
  async stop(): Promise<void> {
    this.watch.stop();
    await this.store.drained();
    await this.lifecycle.stop();
    await this.pipeline.stop();
    await this.accesses.flush();
    this.cache.close();
  }
}
