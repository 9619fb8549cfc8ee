import { AsyncLocalStorage } from 'node:async_hooks';
import type { Namespace } from '../model/namespace.js';
import type { WritePosition } from '../model/write-position.js';

/**
 * What one request has to see, and what it wrote. Carried like the request's budget: as a parameter and a result it would
 * stand in every use case and port, for the sake of the door alone.
 */
export class ConsistencyScope {
  /** True once the request was admitted to a write, whether that changed anything or not. */
  isWriting = false;
  /** The namespace that is written, where it is not that of the caller. */
  namespace: Namespace | undefined;
  private written: WritePosition | undefined;
  private isElsewhereToo = false;

  /** @param required the write that every read of the request has to see */
  constructor(readonly required?: WritePosition) {}

  /** The newest of its own writes; undefined where one of them does not tell where it stands. */
  get newest(): WritePosition | undefined {
    return this.isElsewhereToo ? undefined : this.written;
  }

  note(position: WritePosition): void {
    if (this.written === undefined || position.seq > this.written.seq) this.written = position;
  }

  noteUnplaced(): void {
    this.isElsewhereToo = true;
  }
}

const ambient = new AsyncLocalStorage<ConsistencyScope>();

/** Runs `work`, and everything it starts, in the scope. */
export function withConsistency<T>(scope: ConsistencyScope, work: () => T): T {
  return ambient.run(scope, work);
}

/** Tells the current request of a write that does not say where it stands. */
export function noteUnplaced(): void {
  ambient.getStore()?.noteUnplaced();
}

/** The write that the current request has to see; undefined where it named none. */
export function requiredWrite(): WritePosition | undefined {
  return ambient.getStore()?.required;
}

/**
 * Tells the current request that it is a write.
 *
 * @param namespace what is written; the caller's when omitted
 */
export function noteWriting(namespace?: Namespace): void {
  const scope = ambient.getStore();
  if (!scope) return;
  scope.isWriting = true;
  scope.namespace = namespace ?? scope.namespace;
}

/** Tells the current request where its write stands. To be called in the context of the caller, not of a shared batch. */
export function noteWritten(position: WritePosition | undefined): void {
  if (position !== undefined) ambient.getStore()?.note(position);
}
