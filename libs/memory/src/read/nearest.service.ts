import { InvalidRequestError } from '../model/errors.js';
import { checkFilter } from '../model/filter-bounds.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import { isValid, validOf, type Reading } from '../model/validity.js';
import type { CoordinateSearch, NearestQuery } from './coordinate-search.port.js';
import type { MemoryReader } from './memory-reader.port.js';

/** A memory and how far from the asked coordinate it lives. */
export interface NearMemory {
  readonly memory: Memory;
  readonly distance: number;
}

export interface NearestMemories {
  /** Nearest first; of those as near, the one created first. */
  readonly found: readonly NearMemory[];
  /** False when more memories would have had to be looked at: nearer ones may be missing. */
  readonly isComplete: boolean;
}

/** Tries at most, when what was found goes before it is read. */
const MAX_ATTEMPTS = 3;

/** Finds memories by how near their coordinates are. */
export class NearestService {
  constructor(
    private readonly coordinates: Pick<CoordinateSearch, 'nearest'>,
    private readonly memories: Pick<MemoryReader, 'findByKeys'>,
  ) {}

  /**
   * Returns the nearest memories that are valid, by default at present; fewer than asked for only if no more match. See
   * `CoordinateSearch.nearest`.
   *
   * @throws InvalidRequestError naming the field; StoreUnavailableError
   */
  async nearest(namespace: Namespace, query: Reading<NearestQuery>): Promise<NearestMemories> {
    checkFilter(query.filter);
    const { maxDistance = 0 } = query;
    if (!(Number.isFinite(maxDistance) && maxDistance >= 0)) {
      throw new InvalidRequestError('max_distance', 'must be a finite number, 0 or more');
    }
    for (let attempt = 1; ; attempt += 1) {
      const now = new Date();
      const valid = validOf(query, now);
      const { places, isComplete } = await this.coordinates.nearest(namespace, { ...query, ...valid }, now);
      const keys = places.map(({ key }) => key);
      const read = keys.length === 0 ? [] : await this.memories.findByKeys(namespace, keys, now);
      const byKey = new Map(read.map((memory) => [memory.key, memory]));
      const found = places.flatMap(({ key, distance }) => {
        const memory = byKey.get(key);
        return memory && isValid(memory.validity, valid.valid) ? [{ memory, distance }] : [];
      });
      if (found.length === places.length || attempt === MAX_ATTEMPTS) return { found, isComplete };
    }
  }
}
