import { setImmediate } from 'node:timers/promises';
import type { HnswGraph, HnswGraphFactory } from './hnsw-graph.js';

const SLICE_MS = 5;

type GraphState = 'asleep' | 'ready' | 'unusable';

/** Nearest slots, and the slots missing from the graph, which the caller must score too. */
export interface NearestSlots {
  readonly nearest: readonly number[];
  readonly missing: ReadonlySet<number>;
}

/**
 * A neighbour graph that follows a slab asynchronously: it is built only on the first search, in slices between other
 * work. Removed slots leave it at once; new ones wait in `missing` until a slice adds them.
 */
export class HnswSearch {
  #state: GraphState = 'asleep';
  #graph: HnswGraph | undefined;
  readonly #known = new Set<number>();
  readonly #missing = new Set<number>();
  #building: Promise<void> | undefined;
  #closed = false;

  constructor(
    private readonly dimension: number,
    private readonly createGraph: HnswGraphFactory,
    private readonly readVector: (slot: number) => Float32Array,
    private readonly onUnusable: (reason: string) => void,
  ) {}

  /** Records a new vector in the slot. */
  changed(slot: number): void {
    if (this.#state === 'unusable') return;
    this.removed(slot);
    this.#missing.add(slot);
  }

  /** Records that the slot has no vector any more. */
  removed(slot: number): void {
    this.#missing.delete(slot);
    if (this.#known.delete(slot)) this.#attempt(() => this.#graph?.remove(slot));
  }

  /**
   * Returns about `count` nearest slots; undefined while more than `maxMissing` slots wait to be added (a search starts
   * adding them) or when there is no graph library.
   */
  search(vector: Float32Array, count: number, maxMissing: number): NearestSlots | undefined {
    if (this.#state === 'unusable') return undefined;
    if (this.#missing.size > 0 || this.#state === 'asleep') this.#startBuilding();
    if (this.#state !== 'ready' || this.#missing.size > maxMissing) return undefined;
    const nearest = this.#attempt(() => this.#graph?.nearest(vector, count));
    return nearest && { nearest, missing: this.#missing };
  }

  /** Resolves when nothing is being built. */
  async settled(): Promise<void> {
    await this.#building;
  }

  close(): void {
    this.#closed = true;
    this.#missing.clear();
  }

  #startBuilding(): void {
    this.#building ??= this.#build().finally(() => {
      this.#building = undefined;
    });
  }

  async #build(): Promise<void> {
    if (!this.#graph) {
      this.#graph = await this.createGraph(this.dimension).catch(() => undefined);
      if (!this.#graph) return this.#giveUp('there is no usable graph library');
      this.#state = 'ready';
    }
    while (this.#missing.size > 0 && !this.#closed) {
      this.#attempt(() => this.#takeInSlice());
      await setImmediate();
    }
  }

  #takeInSlice(): void {
    const start = performance.now();
    for (const slot of this.#missing) {
      this.#graph?.add(slot, this.readVector(slot));
      this.#known.add(slot);
      this.#missing.delete(slot);
      if (performance.now() - start > SLICE_MS) return;
    }
  }

  #attempt<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (cause) {
      this.#giveUp(cause instanceof Error ? cause.message : String(cause));
      return undefined;
    }
  }

  #giveUp(reason: string): void {
    this.#state = 'unusable';
    this.#graph = undefined;
    this.#known.clear();
    this.#missing.clear();
    this.onUnusable(reason);
  }
}
