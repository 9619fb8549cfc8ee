import type { Readable } from 'node:stream';

/** An object as a listing shows it. */
export interface StoredObject {
  /** `/`-separated, relative to the place the store was opened at. */
  readonly key: string;
  readonly bytes: number;
}

/** A place where backups are kept: named byte sequences, written whole or not at all. */
export abstract class ObjectStore {
  /** Where it is, for people; without secrets. */
  abstract readonly location: string;

  /** Writes an object from a stream of any length. It exists, complete, when this resolves; not at all when it rejects. */
  abstract put(key: string, content: Readable): Promise<void>;

  /** @throws ObjectNotFoundError */
  abstract get(key: string): Promise<Readable>;

  /** Every object whose key begins with `prefix`, by key. */
  abstract list(prefix: string): Promise<readonly StoredObject[]>;

  /** Removes an object; one that is not there is no error. */
  abstract delete(key: string): Promise<void>;
}

export class ObjectNotFoundError extends Error {
  constructor(key: string, location: string) {
    super(`${location} has no ${key}`);
    this.name = 'ObjectNotFoundError';
  }
}
