import type { Readable } from 'node:stream';

/** An object as a listing shows it. */
export interface StoredObject {
  /** `/`-separated, relative to the place the store was opened at. */
  readonly key: string;
  readonly bytes: number;
}

/** Storage for backups: named byte sequences, written completely or not at all. */
export abstract class ObjectStore {
  /** Human-readable location, without secrets. */
  abstract readonly location: string;

  /** Writes an object from a stream of any length. It is complete when this resolves and absent when it rejects. */
  abstract put(key: string, content: Readable): Promise<void>;

  /** @throws ObjectNotFoundError */
  abstract get(key: string): Promise<Readable>;

  /** Every object whose key begins with `prefix`, by key. */
  abstract list(prefix: string): Promise<readonly StoredObject[]>;

  /** Removes an object; a missing one is not an error. */
  abstract delete(key: string): Promise<void>;
}

export class ObjectNotFoundError extends Error {
  constructor(key: string, location: string) {
    super(`${location} has no ${key}`);
    this.name = 'ObjectNotFoundError';
  }
}
