import { MemoryNotFoundError, type JsonObject, type ListPosition, type Memory, type MemoryFilter } from '@sfm/memory';
import { checkType, type MemoryType } from '../model/vocabulary.js';
import { placeOf, type Core, type Place } from './part.js';

/** Memories that are read at once where all of them are wanted. */
const PAGE = 500;

export interface KeywordSearchOptions {
  /** A whole text field equals the term; otherwise one contains it. @default true */
  readonly exact?: boolean;
  /** @default false */
  readonly caseSensitive?: boolean;
  /** @default 50 */
  readonly topK?: number;
  readonly memoryType?: MemoryType;
}

export interface MemoryStats {
  readonly totalMemories: number;
  readonly episodic: number;
  readonly semantic: number;
  readonly vectorCount: number;
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: ListPosition;
}

/** Reads memories by where they are, what they are and what they say. */
export class Reading {
  constructor(private readonly core: Core) {}

  async retrieve(coordinate: Place): Promise<JsonObject | undefined> {
    const { system, namespace } = this.core;
    try {
      return this.core.enriched(await system.read.get(namespace, placeOf(coordinate)));
    } catch (error) {
      if (error instanceof MemoryNotFoundError) return undefined;
      throw error;
    }
  }

  /** Gives one memory after the other, the oldest first, and reads them in pages. */
  async *iterMemories(memoryType?: MemoryType): AsyncGenerator<JsonObject, void, undefined> {
    for await (const memory of this.memories(memoryType)) yield this.core.enriched(memory);
  }

  retrieveMemories(memoryType?: MemoryType): Promise<readonly JsonObject[]> {
    return all(this.iterMemories(memoryType));
  }

  async keywordSearch(term: string, options: KeywordSearchOptions = {}): Promise<readonly JsonObject[]> {
    const { system, namespace } = this.core;
    const { exact = true, caseSensitive = false, topK = 50, memoryType } = options;
    const typed = memoryType === undefined ? {} : { type: checkType(memoryType) };
    const search = async (limit: number, before?: ListPosition): Promise<Page<Memory>> => {
      const { memories, ...rest } = await system.read.keywordSearch(namespace, {
        term,
        exact,
        caseSensitive,
        limit,
        ...typed,
        ...(before ? { before } : {}),
      });
      return { items: memories, ...rest };
    };
    return (await all(paged(search, topK))).map((memory) => this.core.enriched(memory));
  }

  async findByCoordinateRange(min: Place, max: Place, memoryType?: MemoryType): Promise<readonly JsonObject[]> {
    const { system, namespace } = this.core;
    const box = {
      min: placeOf(min),
      max: placeOf(max),
      ...(memoryType === undefined ? {} : { type: checkType(memoryType) }),
    };
    const look = async (limit: number, after?: ListPosition): Promise<Page<Place>> => {
      const { coordinates, ...rest } = await system.read.range(namespace, {
        ...box,
        limit,
        ...(after ? { after } : {}),
      });
      return { items: coordinates, ...rest };
    };
    return this.enrichedAt(await all(paged(look)));
  }

  /** The payloads of a memory's versions, the oldest first. What was deleted has none. */
  async getVersions(coordinate: Place): Promise<readonly JsonObject[]> {
    const { system, namespace } = this.core;
    const place = placeOf(coordinate);
    const payloads: JsonObject[] = [];
    for (let before: number | undefined; ;) {
      const query = { limit: PAGE, ...(before === undefined ? {} : { before }) };
      const { versions, next } = await system.history.history(namespace, place, query);
      payloads.push(...versions.flatMap(({ content }) => (content ? [this.core.sealed.open(content.payload)] : [])));
      if (next === undefined) return payloads.reverse();
      before = next;
    }
  }

  /** Reads the memories at coordinates, in their order; those that are gone meanwhile are left out. */
  async enrichedAt(coordinates: readonly Place[]): Promise<readonly JsonObject[]> {
    const { system, namespace } = this.core;
    const found: JsonObject[] = [];
    for (let start = 0; start < coordinates.length; start += PAGE) {
      const memories = await system.read.getMany(namespace, coordinates.slice(start, start + PAGE));
      found.push(...memories.map((memory) => this.core.enriched(memory)));
    }
    return found;
  }

  async memoryStats(): Promise<MemoryStats> {
    const { system, namespace } = this.core;
    const [{ total, episodic, semantic }, vectorCount] = await Promise.all([
      system.read.counts(namespace),
      system.vectors.count(namespace),
    ]);
    return { totalMemories: total, episodic, semantic, vectorCount };
  }

  memories(memoryType?: MemoryType): AsyncGenerator<Memory, void, undefined> {
    const { system, namespace } = this.core;
    const filter: MemoryFilter = memoryType === undefined ? {} : { type: checkType(memoryType) };
    return paged(async (limit, after?: ListPosition) => {
      const { memories, ...rest } = await system.read.list(namespace, { filter, limit, ...(after ? { after } : {}) });
      return { items: memories, ...rest };
    });
  }
}

/** Reads page after page, to the end or until there are enough. */
async function* paged<Item>(
  read: (limit: number, after?: ListPosition) => Promise<Page<Item>>,
  enough = Infinity,
): AsyncGenerator<Item, void, undefined> {
  let left = enough;
  for (let after: ListPosition | undefined; left > 0;) {
    const { items, next } = await read(Math.min(PAGE, left), after);
    yield* items;
    left -= items.length;
    if (next === undefined) return;
    after = next;
  }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
