import type { JsonObject } from '../model/json.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';

/** A memory whose payload may have been left in the store. */
export type MemoryOutline = Omit<Memory, 'payload'> & { readonly payload: JsonObject | undefined };

/** Reads memories by their keys. Deleted and expired ones do not exist for it. */
export abstract class MemoryReader {
  abstract findByKeys(namespace: Namespace, keys: readonly string[], now: Date): Promise<readonly Memory[]>;

  /**
   * As `findByKeys`, without the payloads that cost much to read: those the store keeps apart from their rows. Small ones
   * are always there.
   */
  abstract findOutlines(namespace: Namespace, keys: readonly string[], now: Date): Promise<readonly MemoryOutline[]>;
}
