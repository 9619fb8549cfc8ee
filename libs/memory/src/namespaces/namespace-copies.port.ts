import type { Namespace } from '../model/namespace.js';
import type { LinkPlace } from '../portability/ports/export-source.port.js';
import type { ListPosition } from '../read/list-position.js';

/** What was copied. */
export interface CopyCounts {
  readonly memories: number;
  /** Earlier versions that came with memories. */
  readonly versions: number;
  readonly links: number;
}

/** Where a copy goes on: after this memory or this link, or with the first one. */
export type CopyPlace =
  | { readonly phase: 'memories'; readonly after: ListPosition | null }
  | { readonly phase: 'links'; readonly after: LinkPlace | null };

/** How far a namespace was copied from another one. */
export interface CopyState {
  readonly source: Namespace;
  /** Of the ledger: what the source was then is copied. */
  readonly position: number;
  readonly counts: CopyCounts;
  /** Null when all of it is there. */
  readonly place: CopyPlace | null;
}

/** Remembers copies by the namespaces that they are made in, across restarts and for all processes. */
export abstract class NamespaceCopies {
  /** Undefined for a namespace that was never copied into, or has been deleted since. @throws StoreUnavailableError */
  abstract find(target: Namespace): Promise<CopyState | undefined>;

  /** Replaces what was remembered. @throws StoreUnavailableError */
  abstract save(target: Namespace, state: CopyState): Promise<void>;
}
