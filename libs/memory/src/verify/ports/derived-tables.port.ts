import type { Namespace } from '../../model/namespace.js';

/** A link, identified by its primary key. */
export interface LinkId {
  readonly from: string;
  readonly to: string;
  readonly type: string;
}

/** Tables that are derived from the truth and can be repaired. */
export abstract class DerivedTables {
  /** Returns links of a namespace from or to a coordinate without a stored memory. */
  abstract danglingLinks(namespace: Namespace): Promise<readonly LinkId[]>;

  /** Removes those of the given links that are dangling at that moment. Resolves with the number removed. */
  abstract removeDanglingLinks(namespace: Namespace, links: readonly LinkId[]): Promise<number>;

  /** Registers a namespace. */
  abstract register(namespace: Namespace): Promise<void>;
}
