import type { Namespace } from '../../model/namespace.js';

/** A link as its primary key names it. */
export interface LinkId {
  readonly from: string;
  readonly to: string;
  readonly type: string;
}

/** Tables beside the truth that follow from it, and may be put right. */
export abstract class DerivedTables {
  /** Links of a namespace from or to a coordinate where no memory is kept. */
  abstract danglingLinks(namespace: Namespace): Promise<readonly LinkId[]>;

  /** Removes those of the given links that dangle at that moment. Resolves with how many that were. */
  abstract removeDanglingLinks(namespace: Namespace, links: readonly LinkId[]): Promise<number>;

  /** Registers a namespace. */
  abstract register(namespace: Namespace): Promise<void>;
}
