import type { JsonObject } from '../model/json.js';
import type { MemoryType } from '../model/memory.js';
import type { PayloadLimits } from '../model/payload.js';

/** A memory as received from a caller. The edge checks its shape; the core checks its values. */
export interface NewMemory {
  readonly coordinate: readonly number[];
  readonly payload: JsonObject;
  readonly type: MemoryType;
  /** Any finite number; when absent, a numeric `importance` in the payload is used. */
  readonly importance?: number;
  /** The memory is not found from this moment on. */
  readonly expiresAt?: Date;
  /** From when on the caller says that it holds; without it, and as long as it supersedes nothing, always. */
  readonly validFrom?: Date;
  /** Until when, exclusive. */
  readonly validTo?: Date;
  /** Coordinates of memories whose place it takes. */
  readonly supersedes?: readonly (readonly number[])[];
  /** What it supersedes is taken over from a former version: what does not live any more is passed over. */
  readonly isTakenOver?: boolean;
  /** The version required at the coordinate, 0 for none; when absent, any existing memory is replaced. */
  readonly expectedVersion?: number;
}

/** Acknowledgement of a committed write. */
export interface StoredMemory {
  readonly key: string;
  readonly version: number;
  readonly created: boolean;
}

/** Outcome of one item, where items succeed or fail independently. */
export type StoreOutcome = { readonly stored: StoredMemory } | { readonly error: Error };

export interface StoreLimits extends PayloadLimits {
  readonly maxDimensions: number;
  readonly maxBulkItems: number;
}
