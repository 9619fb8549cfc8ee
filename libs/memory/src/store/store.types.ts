import type { JsonObject } from '../model/json.js';
import type { MemoryType } from '../model/memory.js';
import type { PayloadLimits } from '../model/payload.js';

/** A memory as a caller hands it in, shape-checked at the edge; values are checked here. */
export interface NewMemory {
  readonly coordinate: readonly number[];
  readonly payload: JsonObject;
  readonly type: MemoryType;
  /** Any finite number; when absent, a numeric `importance` in the payload counts. */
  readonly importance?: number;
  /** Not found any more from this moment on. */
  readonly expiresAt?: Date;
  /** Stored only if this version lives at the coordinate, 0 for nothing; absent: whatever lives there is replaced. */
  readonly expectedVersion?: number;
}

/** Acknowledgement of a committed write. */
export interface StoredMemory {
  readonly key: string;
  readonly version: number;
  readonly created: boolean;
}

/** Per-item outcome where items succeed or fail on their own. */
export type StoreOutcome = { readonly stored: StoredMemory } | { readonly error: Error };

export interface StoreLimits extends PayloadLimits {
  readonly maxDimensions: number;
  readonly maxBulkItems: number;
}
