import type { JsonObject } from '../model/json.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';

/** A memory whose payload may not have been read. */
export type MemoryOutline = Omit<Memory, 'payload'> & { readonly payload: JsonObject | undefined };

/** Reads memories by key. Deleted and expired ones are never returned. */
export abstract class MemoryReader {
  abstract findByKeys(namespace: Namespace, keys: readonly string[], now: Date): Promise<readonly Memory[]>;

  /**
   * Like `findByKeys`, without the payloads that are expensive to read: those stored apart from their rows. Small ones
   * are always included.
   */
  abstract findOutlines(namespace: Namespace, keys: readonly string[], now: Date): Promise<readonly MemoryOutline[]>;
}
