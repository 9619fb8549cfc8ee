import {
  DEFAULT_CONSOLIDATION,
  MemoryNotFoundError,
  summaryOf,
  type ConsolidationRequest,
  type JsonObject,
  type JsonValue,
  type SelectionQuery,
} from '@sfm/memory';
import type { Hooks } from '../model/hooks.js';
import { checkType, type MemoryType } from '../model/vocabulary.js';
import { placeOf, type Core, type Place } from './part.js';
import type { Reading } from './reading.js';

const DEFAULT_LIMIT = 10;
const DEFAULT_SAMPLE = 5;

/** What became of a report about a memory that is not there. */
export interface UnknownMemory {
  readonly error: true;
  readonly message: string;
}

export interface ConsolidateOptions extends Partial<Omit<ConsolidationRequest, 'windowSeconds' | 'until'>> {
  /** Memories of so many seconds before now are looked at. @default 3600 */
  readonly windowSeconds?: number;
}

/** Looks back at memories: the recent, the important, some of them, and what came of them. */
export class LookingBack {
  constructor(
    private readonly core: Core,
    private readonly reading: Pick<Reading, 'retrieve'>,
    private readonly hooks: Hooks,
  ) {}

  async getRecent(n = DEFAULT_LIMIT, memoryType?: MemoryType): Promise<readonly JsonObject[]> {
    const { system, namespace } = this.core;
    const found = await system.selection.recent(namespace, selected(n, memoryType));
    return found.map((memory) => this.core.enriched(memory));
  }

  async getImportant(n = DEFAULT_LIMIT, memoryType?: MemoryType): Promise<readonly JsonObject[]> {
    const { system, namespace } = this.core;
    const found = await system.selection.important(namespace, selected(n, memoryType));
    return found.map((memory) => this.core.enriched(memory));
  }

  async summarizeMemories(n = DEFAULT_LIMIT, memoryType?: MemoryType): Promise<readonly string[]> {
    return (await this.getRecent(n, memoryType)).map((payload) => summaryOf({ payload }));
  }

  /** @param memoryType null for both types */
  async replayMemories(n = DEFAULT_SAMPLE, memoryType: MemoryType | null = 'episodic'): Promise<readonly JsonObject[]> {
    const { system, namespace } = this.core;
    const found = await system.selection.sample(namespace, selected(n, memoryType ?? undefined));
    return found.map((memory) => this.core.enriched(memory));
  }

  async reflect(n = DEFAULT_SAMPLE, memoryType: MemoryType | null = 'episodic'): Promise<readonly JsonObject[]> {
    const type = memoryType ?? undefined;
    await this.hooks.fire('before_reflect', n, type);
    const memories = await this.replayMemories(n, memoryType);
    await this.hooks.fire('after_reflect', n, type, memories);
    return memories;
  }

  async reportOutcome(coordinate: Place, outcome: JsonValue): Promise<JsonObject | UnknownMemory> {
    const { system, namespace } = this.core;
    try {
      await system.outcomes.report(namespace, placeOf(coordinate), { outcome });
    } catch (error) {
      if (error instanceof MemoryNotFoundError) return { error: true, message: error.message };
      throw error;
    }
    return (await this.reading.retrieve(coordinate)) ?? { error: true, message: 'the memory has just been deleted' };
  }

  /** Resolves with the number of memories written. */
  async consolidateMemories({ windowSeconds = 3600, ...rules }: ConsolidateOptions = {}): Promise<number> {
    const { system, namespace } = this.core;
    const single = { ...DEFAULT_CONSOLIDATION, minSources: 1, maxSources: 1 };
    const { items } = await system.consolidations.run(namespace, { ...single, ...rules, windowSeconds });
    return items.filter(({ outcome }) => outcome === 'made').length;
  }
}

function selected(limit: number, memoryType: MemoryType | undefined): SelectionQuery {
  return { limit, ...(memoryType === undefined ? {} : { type: checkType(memoryType) }) };
}
