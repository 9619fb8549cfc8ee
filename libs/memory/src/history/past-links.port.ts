import type { Namespace } from '../model/namespace.js';

/** A link as it was known at a moment. */
export interface PastLink {
  readonly from: string;
  readonly to: string;
  readonly type: string;
  readonly weight: number;
  /** `Link.id` */
  readonly id: number;
}

export interface PastLinksQuery {
  /** The moment: links are wanted as they stood then, with the times that they say of themselves. */
  readonly at: Date;
  /** Most changes of links to read. */
  readonly most: number;
}

/** Reads links of the past from the ledger. A link that has ended with one of its memories since is left out. */
export abstract class PastLinks {
  /** Returns the links that led from one of the coordinates to another; undefined when too much would have to be read. */
  abstract among(
    namespace: Namespace,
    keys: readonly string[],
    query: PastLinksQuery,
  ): Promise<readonly PastLink[] | undefined>;
}
