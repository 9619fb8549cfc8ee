import type { MemorySystem } from '@sfm/composition';
import type { JsonObject, JsonValue, LifecycleReport, LockedWork, Namespace, StoredMemory } from '@sfm/memory';
import { Files } from './parts/files.js';
import { Keeping, type Lock } from './parts/keeping.js';
import { Linking, type LinkedOptions, type LinkOptions } from './parts/linking.js';
import { LookingBack, type ConsolidateOptions, type UnknownMemory } from './parts/looking-back.js';
import { Namespaces } from './parts/namespaces.js';
import { Core, type Place } from './parts/part.js';
import { Reading, type KeywordSearchOptions, type MemoryStats } from './parts/reading.js';
import {
  Recalling,
  type ContextRecallOptions,
  type FilteredRecallOptions,
  type HybridRecallOptions,
  type RecallOptions,
} from './parts/recalling.js';
import { share, type Recipient } from './parts/sharing.js';
import { Storing, type BulkItem } from './parts/storing.js';
import type { FieldCipher } from './model/sealed-fields.js';
import type { MemoryType } from './model/vocabulary.js';
import type { AuditLog } from './model/audit-log.js';
import type { ScoredMemory } from './model/enriched.js';
import { Hooks, type Hook, type HookEvent } from './model/hooks.js';

/** Whether the parts of a memory system answer. */
export interface MemoryHealth {
  readonly kvStore: boolean;
  readonly vectorStore: boolean;
  readonly graphStore: boolean;
  readonly predictionProvider: boolean;
}

/**
 * A memory system inside this process, for one namespace. Writes resolve once they are committed; memories come back
 * with `memory_type`, `coordinate`, `importance_norm` and `timestamp` beside what was stored. Methods throw
 * `SomaFractalMemoryError`, whose `code` is one of the service's error codes.
 */
export class SomaFractalMemoryEnterprise {
  readonly namespace: Namespace;
  /** Where the memories are stored, for people to read. */
  readonly location: string;
  /** Lists, clones, renames and deletes namespaces, others too. */
  readonly namespaces: Namespaces;
  private readonly core: Core;
  private readonly hooks: Hooks;
  private readonly storing: Storing;
  private readonly reading: Reading;
  private readonly recalling: Recalling;
  private readonly linking: Linking;
  private readonly lookingBack: LookingBack;
  private readonly files: Files;
  private readonly keeping: Keeping;

  /** @param report told of what went wrong without failing a call, e.g. in a hook */
  constructor(
    private readonly system: MemorySystem,
    private readonly audit: AuditLog,
    report: (message: string, error: unknown) => void,
  ) {
    this.namespace = system.namespace;
    this.location = system.location;
    this.namespaces = new Namespaces(system);
    this.core = new Core(system);
    this.hooks = new Hooks(report);
    this.storing = new Storing(this.core, this.hooks);
    this.reading = new Reading(this.core);
    this.recalling = new Recalling(this.core, this.hooks);
    this.linking = new Linking(this.core, this.reading);
    this.lookingBack = new LookingBack(this.core, this.reading, this.hooks);
    this.files = new Files(this.reading, this.storing);
    this.keeping = new Keeping(this.core);
  }

  /** Encrypts the fields `task` and `code` of what is stored from now on, and decrypts them where they are read. */
  set cipher(cipher: FieldCipher | undefined) {
    this.core.sealed.cipher = cipher;
  }

  get cipher(): FieldCipher | undefined {
    return this.core.sealed.cipher;
  }

  /** Stores a memory; what is at the coordinate is replaced and its version grows by one. */
  storeMemory(coordinate: Place, value: JsonObject, memoryType?: MemoryType): Promise<StoredMemory> {
    return this.storing.storeMemory(coordinate, value, memoryType);
  }

  /** As `storeMemory`, always episodic. */
  store(coordinate: Place, value: JsonObject): Promise<StoredMemory> {
    return this.storing.storeMemory(coordinate, value);
  }

  /**
   * Stores a memory under a vector of the caller's, by which it is found whatever it says; `embedText` makes vectors that can be
   * compared with those of questions. What is at the coordinate is replaced.
   *
   * @throws SomaFractalMemoryError when it is not of the configured dimension, or points nowhere
   */
  storeVectorOnly(coordinate: Place, vector: ArrayLike<number>, payload?: JsonObject): Promise<void> {
    return this.storing.storeVectorOnly(coordinate, vector, payload);
  }

  /** Stores all memories or none, up to 1,000 in one transaction; of more, those before a failure stay. */
  storeMemoriesBulk(items: readonly BulkItem[]): Promise<true> {
    return this.storing.storeMemoriesBulk(items);
  }

  /** As `storeMemory`, with hooks. Resolves with the coordinate, which is chosen at random when none is given. */
  remember(data: JsonObject, coordinate?: Place, memoryType?: MemoryType): Promise<Place> {
    return this.storing.remember(data, coordinate, memoryType);
  }

  /** Reads a memory, which counts as an access; undefined where there is none. */
  retrieve(coordinate: Place): Promise<JsonObject | undefined> {
    return this.reading.retrieve(coordinate);
  }

  /** Reads every memory of the namespace, the oldest first. Of many, `iterMemories` holds only some at a time. */
  getAllMemories(): Promise<readonly JsonObject[]> {
    return this.reading.retrieveMemories();
  }

  /** As `getAllMemories`, of one type. */
  retrieveMemories(memoryType?: MemoryType): Promise<readonly JsonObject[]> {
    return this.reading.retrieveMemories(memoryType);
  }

  /** Gives every memory of the namespace once, the oldest first. */
  iterMemories(memoryType?: MemoryType): AsyncGenerator<JsonObject, void, undefined> {
    return this.reading.iterMemories(memoryType);
  }

  /** Removes a memory with its links; the same again is no error. */
  delete(coordinate: Place): Promise<true> {
    return this.storing.delete(coordinate);
  }

  /** Removes memories in one transaction. Resolves with how many there were. */
  deleteMany(coordinates: readonly Place[]): Promise<number> {
    return this.storing.deleteMany(coordinates);
  }

  /** As `delete`, with hooks. */
  forget(coordinate: Place): Promise<void> {
    return this.storing.forget(coordinate);
  }

  /** Returns the payloads that answer a question best, with hooks. */
  recall(query: string, options?: ContextRecallOptions): Promise<readonly JsonObject[]> {
    return this.recalling.recall(query, options);
  }

  /** As `recall`, with extra weight on words that the question names, or on given ones. */
  hybridRecall(query: string, options?: HybridRecallOptions): Promise<readonly JsonObject[]> {
    return this.recalling.hybridRecall(query, options);
  }

  /** As `hybridRecall`, with scores; larger is better. */
  hybridRecallWithScores(query: string, options?: HybridRecallOptions): Promise<readonly ScoredMemory[]> {
    return this.recalling.hybridRecallWithScores(query, options);
  }

  /** Recalls by vectors alone, with scores. */
  recallWithScores(query: string, options?: RecallOptions): Promise<readonly ScoredMemory[]> {
    return this.recalling.recallWithScores(query, options);
  }

  /** Recalls among the memories of a type, and of those that have the given top-level values. */
  findHybridByType(query: string, options: FilteredRecallOptions = {}): Promise<readonly JsonObject[]> {
    return this.recalling.payloads(query, options);
  }

  /** Recalls in circumstances: payloads that share their top-level values rank higher. */
  findHybridWithContext(
    query: string,
    context: JsonObject,
    options: FilteredRecallOptions = {},
  ): Promise<readonly JsonObject[]> {
    return this.recalling.payloads(query, { ...options, context });
  }

  /** Finds memories by a literal text in their payloads, the newest first. */
  keywordSearch(term: string, options?: KeywordSearchOptions): Promise<readonly JsonObject[]> {
    return this.reading.keywordSearch(term, options);
  }

  /** Finds memories in an inclusive box; only the dimensions that both have are compared. */
  findByCoordinateRange(min: Place, max: Place, memoryType?: MemoryType): Promise<readonly JsonObject[]> {
    return this.reading.findByCoordinateRange(min, max, memoryType);
  }

  /** Changes the importance of a memory. @throws SomaFractalMemoryError `memory_not_found` */
  setImportance(coordinate: Place, importance?: number): Promise<void> {
    return this.storing.setImportance(coordinate, importance);
  }

  /** Resolves with the number of the newest version: every write makes one. */
  saveVersion(coordinate: Place): Promise<number> {
    return this.storing.saveVersion(coordinate);
  }

  /** Returns what a memory was, the oldest version first. */
  getVersions(coordinate: Place): Promise<readonly JsonObject[]> {
    return this.reading.getVersions(coordinate);
  }

  /** Links a memory to another coordinate; the same again changes the link. */
  linkMemories(from: Place, to: Place, options?: LinkOptions): Promise<void> {
    return this.linking.linkMemories(from, to, options);
  }

  /** Returns the memories that links lead to, the nearest first. */
  getLinkedMemories(coordinate: Place, options?: LinkedOptions): Promise<readonly JsonObject[]> {
    return this.linking.getLinkedMemories(coordinate, options);
  }

  /** Returns the coordinates along the lightest path, both ends included; none when there is no path. */
  findShortestPath(from: Place, to: Place, linkType?: string): Promise<readonly Place[]> {
    return this.linking.findShortestPath(from, to, linkType);
  }

  /** Stores every memory that passes the filter in another memory system too, at the same coordinate. */
  shareMemoryWith(other: Recipient, passes: (memory: JsonObject) => boolean = () => true): Promise<void> {
    return share(this.core, this.reading, other, passes);
  }

  /** Returns the memories that were created last, the newest first. */
  getRecent(n?: number, memoryType?: MemoryType): Promise<readonly JsonObject[]> {
    return this.lookingBack.getRecent(n, memoryType);
  }

  /** Returns the memories with the highest importance. */
  getImportant(n?: number, memoryType?: MemoryType): Promise<readonly JsonObject[]> {
    return this.lookingBack.getImportant(n, memoryType);
  }

  /** Returns the recent memories in a line each: the `task`, else the `fact`. */
  summarizeMemories(n?: number, memoryType?: MemoryType): Promise<readonly string[]> {
    return this.lookingBack.summarizeMemories(n, memoryType);
  }

  /** Returns a random sample, without repetition. @param memoryType episodic unless given; null for both */
  replayMemories(n?: number, memoryType?: MemoryType | null): Promise<readonly JsonObject[]> {
    return this.lookingBack.replayMemories(n, memoryType);
  }

  /** As `replayMemories`, with hooks. */
  reflect(n?: number, memoryType?: MemoryType | null): Promise<readonly JsonObject[]> {
    return this.lookingBack.reflect(n, memoryType);
  }

  /**
   * Notes what came of what a memory predicted, and returns the memory. Where it was wrong, a semantic memory of its own
   * says what is right, with a link to it.
   */
  reportOutcome(coordinate: Place, outcome: JsonValue): Promise<JsonObject | UnknownMemory> {
    return this.lookingBack.reportOutcome(coordinate, outcome);
  }

  /**
   * Makes semantic memories of recent episodic ones, each at a coordinate of its own and linked to what it was made of: one
   * of each memory, or of clusters with other `minSources` and `maxSources`. Resolves with how many were written.
   */
  consolidateMemories(options?: ConsolidateOptions): Promise<number> {
    return this.lookingBack.consolidateMemories(options);
  }

  /** Writes every memory to a file, a line of JSON each. `soma export` moves links, versions and times too. */
  exportMemories(path: string): Promise<number> {
    return this.files.exportMemories(path);
  }

  /** Stores the memories of such a file in place of what is there. @param options `replace` deletes that first */
  importMemories(path: string, { replace = false }: { readonly replace?: boolean } = {}): Promise<number> {
    return this.files.importMemories(path, replace);
  }

  /** Removes what is over and beyond the limits and takes from memories what decays, as is done regularly anyway. */
  runDecayOnce(): Promise<LifecycleReport> {
    return this.keeping.run();
  }

  /** As `runDecayOnce`. Resolves with how many memories were beyond the limit. */
  async enforceMemoryLimit(): Promise<number> {
    return (await this.keeping.run()).removed.over_cap.count;
  }

  /** Waits for a lock of the namespace, at most for so many seconds; it is held as long, unless it is released. */
  acquireLock(name: string, timeout?: number): Promise<Lock> {
    return this.keeping.acquireLock(name, timeout);
  }

  /** Runs a function while it holds a lock, for as long as it takes. Within it, the same lock is there at once. */
  withLock<T>(name: string, work: (lock: LockedWork) => Promise<T>, timeout?: number): Promise<T> {
    return this.keeping.withLock(name, work, timeout);
  }

  /** Counts the memories of the namespace. */
  memoryStats(): Promise<MemoryStats> {
    return this.reading.memoryStats();
  }

  /** Says which parts answer. Never throws. */
  async healthCheck(): Promise<MemoryHealth> {
    const { kvStore, vectorStore, graphStore, predictionProvider } = await this.system.health.read();
    return { kvStore, vectorStore, graphStore, predictionProvider };
  }

  /** Returns the vector of a text, of unit length, as the only row of a matrix. */
  async embedText(text: string): Promise<readonly [Float32Array]> {
    const [vector] = await this.system.embedder.embed([text]);
    if (!vector) throw new Error('the embedder gave no vector');
    return [vector];
  }

  /**
   * Compares the stores of the namespace and rebuilds what an index lacks; the service does that by itself, as events
   * come. Resolves with the number of differences mended.
   */
  async reconcileOnce(): Promise<number> {
    const { repaired } = await this.system.verifier.verify({
      namespaces: [this.namespace],
      repair: true,
      maxPendingSeconds: Infinity,
    });
    return repaired ?? 0;
  }

  /** Appends a line of JSON to the audit log of the caller's own, a file. */
  auditLog(action: string, coordinate: Place, user = 'system'): Promise<void> {
    return this.audit.append({ action, coordinate, user });
  }

  /** Calls a function at an event from now on, instead of the one before. One that throws is reported, not fatal. */
  setHook<Event extends HookEvent>(event: Event, hook: Hook<Event>): void {
    this.hooks.set(event, hook);
  }

  /** Finishes work in progress and closes every connection; stops the PostgreSQL that was started, if any. */
  close(): Promise<void> {
    return this.system.close();
  }
}
