import { coordinateKey, MemoryNotFoundError, type JsonObject, type NewMemory, type StoredMemory } from '@sfm/memory';
import type { Hooks } from '../model/hooks.js';
import { checkType, type MemoryType } from '../model/vocabulary.js';
import { placeOf, type Core, type Place } from './part.js';

/** Coordinates that nobody chose lie in a square of this side. */
const CHOSEN_WITHIN = 100;

/** One memory of a bulk: coordinate, payload, type (episodic when left out). */
export type BulkItem = readonly [coordinate: Place, value: JsonObject, memoryType?: MemoryType];

/** Stores, changes and removes memories. */
export class Storing {
  constructor(
    private readonly core: Core,
    private readonly hooks: Hooks,
  ) {}

  async storeMemory(coordinate: Place, value: JsonObject, memoryType: MemoryType = 'episodic'): Promise<StoredMemory> {
    const { system, namespace } = this.core;
    return system.store.store(namespace, this.toMemory(coordinate, value, memoryType));
  }

  async storeVectorOnly(coordinate: Place, vector: ArrayLike<number>, payload: JsonObject = {}): Promise<void> {
    const { system, namespace } = this.core;
    await system.givenVectors.store(namespace, this.toMemory(coordinate, payload, 'episodic'), vector);
  }

  async storeMemoriesBulk(items: readonly BulkItem[]): Promise<true> {
    const { system, namespace } = this.core;
    const memories = items.map(([coordinate, value, type = 'episodic']) => this.toMemory(coordinate, value, type));
    await system.store.storePortions(namespace, memories);
    return true;
  }

  async remember(
    data: JsonObject,
    coordinate: Place = randomPlace(),
    memoryType: MemoryType = 'episodic',
  ): Promise<Place> {
    await this.hooks.fire('before_store', data, coordinate, memoryType);
    await this.storeMemory(coordinate, data, memoryType);
    await this.hooks.fire('after_store', data, coordinate, memoryType);
    return coordinate;
  }

  async delete(coordinate: Place): Promise<true> {
    await this.deleteMany([coordinate]);
    return true;
  }

  async deleteMany(coordinates: readonly Place[]): Promise<number> {
    const { system, namespace } = this.core;
    return system.forget.forget(namespace, coordinates.map(placeOf));
  }

  async forget(coordinate: Place): Promise<void> {
    await this.hooks.fire('before_forget', coordinate);
    await this.delete(coordinate);
    await this.hooks.fire('after_forget', coordinate);
  }

  async setImportance(coordinate: Place, importance = 1): Promise<void> {
    const { system, namespace } = this.core;
    await system.amend.amend(namespace, placeOf(coordinate), { importance });
  }

  /** Every write is a version already: this says which one is the newest. @throws MemoryNotFoundError */
  async saveVersion(coordinate: Place): Promise<number> {
    const { system, namespace } = this.core;
    const place = placeOf(coordinate);
    const { versions } = await system.history.history(namespace, place, { limit: 1 });
    const [newest] = versions;
    if (newest && newest.kind !== 'deleted' && newest.withheld === null) return newest.version;
    throw new MemoryNotFoundError(namespace, coordinateKey(place));
  }

  private toMemory(coordinate: Place, payload: JsonObject, memoryType: string): NewMemory {
    return { coordinate, payload: this.core.sealed.seal(payload), type: checkType(memoryType) };
  }
}

function randomPlace(): Place {
  return [Math.random() * CHOSEN_WITHIN, Math.random() * CHOSEN_WITHIN];
}
