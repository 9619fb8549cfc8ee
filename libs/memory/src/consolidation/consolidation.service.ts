import { v7 as uuidv7, validate as isUuid } from 'uuid';
import { toTheEnd } from '../attempts/bounded-wait.js';
import { sideBySide } from '../attempts/side-by-side.js';
import { noteWritten } from '../consistency/consistency-scope.js';
import type { RestoreService } from '../history/restore.service.js';
import type { LinkService } from '../links/link.service.js';
import type { LockService } from '../locks/lock.service.js';
import { ConsolidationNotFoundError, MemoryNotFoundError, VersionConflictError } from '../model/errors.js';
import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import type { MemoryReader } from '../read/memory-reader.port.js';
import type { MemoryWriter } from '../store/memory-writer.port.js';
import type { StoreService } from '../store/store.service.js';
import type { MemoryTelemetry } from '../telemetry/telemetry.port.js';
import { sourcesOf } from './consolidated-memory.js';
import { CONSOLIDATED_FROM, type ConsolidationPlan, type ConsolidationPlanner } from './consolidation-planner.js';
import { checkConsolidation, type ConsolidationRequest } from './consolidation-request.js';
import type { ConsolidationRun, ConsolidationRuns, RunItem, RunRequest, RunsPage } from './consolidation-runs.port.js';
import type { PlannedCluster, PlannedState } from './planned-cluster.js';

export interface ConsolidationParts {
  readonly planner: ConsolidationPlanner;
  readonly runs: ConsolidationRuns;
  readonly memories: Pick<MemoryReader, 'findByKeys'>;
  readonly stores: Pick<StoreService, 'store'>;
  readonly writer: Pick<MemoryWriter, 'delete'>;
  readonly links: Pick<LinkService, 'link' | 'unlink'>;
  readonly restores: Pick<RestoreService, 'restore'>;
  readonly locks: Pick<LockService, 'withReservedLock'>;
}

/** A run, and what it wrote. */
export interface DetailedRun {
  readonly run: ConsolidationRun;
  readonly items: readonly RunItem[];
}

/** A finished run, and the clusters that it found. */
export interface FinishedRun extends DetailedRun {
  readonly plan: ConsolidationPlan;
}

/** What ended without releasing it, keeps others out for that long. */
const LOCK = { purpose: 'consolidation', ttlSeconds: 30, waitSeconds: 0 };
const NOT_WRITTEN: ReadonlySet<PlannedState> = new Set<PlannedState>(['unchanged', 'occupied', 'orphaned']);
/** Memories written at once: other callers write too. */
const AT_ONCE = 4;

/**
 * Makes semantic memories of clusters of episodic ones. What is found, where it is written and what it says follow from the
 * memories and the request alone, so a repeated run changes nothing, and one that was interrupted is completed by its
 * repetition. One run at a time works on a namespace.
 */
export class ConsolidationService {
  constructor(
    private readonly parts: ConsolidationParts,
    private readonly telemetry: MemoryTelemetry,
  ) {}

  /** Finds the clusters and writes nothing. @throws InvalidRequestError naming the field */
  async preview(namespace: Namespace, request: ConsolidationRequest): Promise<ConsolidationPlan> {
    checkConsolidation(request);
    return this.parts.planner.plan(namespace, toRunRequest(request));
  }

  /**
   * Writes the memories that the clusters become, with links to their sources, which stay as they are. Of memories that were made
   * before, those none of whose sources holds any more are deleted. What fails leaves the run to be completed by the same request.
   *
   * @throws InvalidRequestError naming the field; LockHeldError when another run is at work in the namespace
   */
  async run(namespace: Namespace, request: ConsolidationRequest): Promise<FinishedRun> {
    checkConsolidation(request);
    const start = performance.now();
    const finished = await this.parts.locks.withReservedLock(namespace, LOCK, ({ signal }) =>
      this.complete(namespace, request, signal),
    );
    this.telemetry.observeConsolidation(performance.now() - start, finished.items.length);
    return finished;
  }

  /** @throws ConsolidationNotFoundError */
  async find(namespace: Namespace, id: string): Promise<DetailedRun> {
    const run = isUuid(id) ? await this.parts.runs.find(namespace, id) : undefined;
    if (!run) throw new ConsolidationNotFoundError(id);
    return { run, items: await this.parts.runs.items(namespace, run.id) };
  }

  /** Returns runs, newest first. */
  list(namespace: Namespace, query: { readonly before?: number; readonly limit: number }): Promise<RunsPage> {
    return this.parts.runs.page(namespace, query);
  }

  /**
   * Takes back what a run made: memories that it created are deleted, with their links, those that it changed get their
   * version of before. What others have changed since stays, and is said to be left.
   *
   * @throws ConsolidationNotFoundError; LockHeldError when a run is at work in the namespace
   */
  async undo(namespace: Namespace, id: string): Promise<DetailedRun> {
    const { run } = await this.find(namespace, id);
    return this.parts.locks.withReservedLock(namespace, LOCK, async ({ signal }) => {
      await this.adopt(namespace, run.id);
      const items = await this.parts.runs.items(namespace, run.id);
      const made = items.filter(({ outcome }) => outcome === 'made');
      await sideBySide(made, AT_ONCE, (item) => this.undoItem(run, item, signal));
      return {
        run: await this.parts.runs.undone(namespace, run.id),
        items: await this.parts.runs.items(namespace, run.id),
      };
    });
  }

  private async complete(
    namespace: Namespace,
    request: ConsolidationRequest,
    signal: AbortSignal,
  ): Promise<FinishedRun> {
    const { runs, planner } = this.parts;
    const asked = { id: uuidv7(), fingerprint: fingerprintOf(request), request: toRunRequest(request) };
    const run = await runs.begin(namespace, asked);
    await this.adopt(namespace, run.id);
    const plan = await planner.plan(namespace, run.request);
    const due = plan.clusters.filter(({ state }) => !NOT_WRITTEN.has(state));
    await runs.plan(namespace, run.id, due.map(toItem));
    await sideBySide(plan.clusters, AT_ONCE, (cluster) => this.write(run, cluster, signal));
    const { lookedAt, hasMore, clusters } = plan;
    const unchanged = clusters.filter(({ state }) => state === 'unchanged').length;
    const finished = await runs.finish(namespace, run.id, { lookedAt, hasMore, clusters: clusters.length, unchanged });
    return { run: finished, plan, items: await runs.items(namespace, run.id) };
  }

  /** Notes what an interrupted run had written without noting it: what is there says what was planned. */
  private async adopt(namespace: Namespace, id: string): Promise<void> {
    const planned = (await this.parts.runs.items(namespace, id)).filter(({ outcome }) => outcome === 'planned');
    for (const { key, contentHash, priorVersion } of planned) {
      const memory = await this.memoryAt(namespace, key);
      if (memory?.contentHash !== contentHash || memory.version === priorVersion) continue;
      await this.parts.runs.made(namespace, id, { key, version: memory.version });
    }
  }

  private async write(run: ConsolidationRun, cluster: PlannedCluster, lock: AbortSignal): Promise<void> {
    const { namespace } = run;
    const { key, state, content, priorVersion, unlinked } = cluster;
    lock.throwIfAborted();
    if (state === 'occupied') return;
    try {
      if (state === 'stale' || state === 'orphaned') await this.remove(namespace, key, priorVersion);
      if (!NOT_WRITTEN.has(state)) {
        const expectedVersion = state === 'changed' || state === 'outlived' ? priorVersion : 0;
        const { version } = await this.parts.stores.store(namespace, { ...content.memory, expectedVersion });
        await this.parts.runs.made(namespace, run.id, { key, version });
      }
      for (const source of unlinked) await this.link(namespace, cluster.coordinate, source.coordinate);
    } catch (error) {
      // Somebody wrote there meanwhile, and what is there now is for the next run to see.
      if (error instanceof VersionConflictError) return;
      if (!(error instanceof MemoryNotFoundError)) throw error;
      await this.dropQuotes(namespace, cluster);
    }
  }

  /** A source went while it was quoted: what quotes it goes too, as it does when a source is deleted later. */
  private async dropQuotes(namespace: Namespace, { key }: PlannedCluster): Promise<void> {
    const memory = await this.memoryAt(namespace, key);
    if (memory) await this.remove(namespace, key, memory.version).catch(ignoreConflict);
  }

  private async undoItem(run: ConsolidationRun, item: RunItem, lock: AbortSignal): Promise<void> {
    lock.throwIfAborted();
    const { namespace } = run;
    const outcome = await this.takeBack(namespace, item);
    await this.parts.runs.settled(namespace, run.id, { key: item.key, outcome });
  }

  private async takeBack(namespace: Namespace, item: RunItem): Promise<'undone' | 'left'> {
    const { key, version, priorVersion } = item;
    const memory = await this.memoryAt(namespace, key);
    if (!memory) return 'undone';
    if (memory.version !== version) return 'left';
    try {
      if (priorVersion === 0) await this.remove(namespace, key, version);
      else await this.restore(namespace, memory, priorVersion);
      return 'undone';
    } catch (error) {
      if (error instanceof VersionConflictError) return 'left';
      throw error;
    }
  }

  /** Makes the version of before the newest, and removes the links to what it does not tell of. */
  private async restore(namespace: Namespace, memory: Memory, version: number): Promise<void> {
    const { coordinate } = memory;
    await this.parts.restores.restore(namespace, coordinate, { version, expectedVersion: memory.version });
    const restored = await this.memoryAt(namespace, memory.key);
    const kept = new Set(restored ? sourcesOf(restored).map(coordinateKey) : []);
    for (const source of sourcesOf(memory)) {
      if (kept.has(coordinateKey(source))) continue;
      await this.parts.links.unlink(namespace, { from: coordinate, to: source, type: CONSOLIDATED_FROM });
    }
  }

  private async link(namespace: Namespace, from: Coordinate, to: Coordinate): Promise<void> {
    await this.parts.links.link(namespace, { from, to, type: CONSOLIDATED_FROM, weight: 1 }, 'both');
  }

  private async remove(namespace: Namespace, key: string, expectedVersion: number): Promise<void> {
    const command = { namespace, key, expectedVersion, eventId: uuidv7() };
    const [deleted] = await toTheEnd(() => this.parts.writer.delete([command]));
    noteWritten(deleted?.position);
  }

  private async memoryAt(namespace: Namespace, key: string): Promise<Memory | undefined> {
    const [memory] = await this.parts.memories.findByKeys(namespace, [key], new Date());
    return memory;
  }
}

function toItem({ key, coordinate, content, state, priorVersion }: PlannedCluster) {
  // What began another life has none before it to go back to.
  return { key, coordinate, contentHash: content.contentHash, priorVersion: state === 'stale' ? 0 : priorVersion };
}

function toRunRequest({ until, ...rules }: ConsolidationRequest): RunRequest {
  return { ...rules, by: [...new Set(rules.by)].sort(), untilMs: until?.getTime() ?? Date.now() + 1 };
}

/** The same for the same request, whenever it comes. */
function fingerprintOf({ until, ...rules }: ConsolidationRequest): string {
  const asked = { ...rules, by: [...new Set(rules.by)].sort(), until: until?.toISOString() ?? null };
  return JSON.stringify(Object.entries(asked).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function ignoreConflict(error: unknown): void {
  if (!(error instanceof VersionConflictError)) throw error;
}
