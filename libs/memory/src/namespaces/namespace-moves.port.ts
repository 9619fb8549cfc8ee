import type { Namespace } from '../model/namespace.js';

/**
 * - `copying`: what was there when it began is copied; both namespaces are in use.
 * - `following`: what was written since is brought along.
 * - `closed`: the source takes no changes, so that the last of them can be brought along.
 * - `moved`: the target has everything; what was moved is removed from the source, and is not changed there any more.
 * - `done`: it has been removed.
 */
export type MovePhase = 'copying' | 'following' | 'closed' | 'moved' | 'done';

/** How far a namespace was moved to another name. */
export interface NamespaceMove {
  readonly id: string;
  readonly source: Namespace;
  readonly target: Namespace;
  readonly phase: MovePhase;
  /** Memories and links that are in the target: counted when all are there, about as many before. */
  readonly memories: number;
  readonly links: number;
  /** What was last written until then is the target's; null until all of it is there. */
  readonly movedAt: Date | null;
}

/**
 * Moves namespaces, and remembers how far they were moved, across restarts and for all processes. Whoever calls holds the locks
 * of both namespaces. A move that died while the source was closed does not keep it closed: the next change takes it back
 * to `following`.
 *
 * All methods throw StoreUnavailableError when nothing was changed for certain, OutcomeUnknownError otherwise, and can be
 * called again.
 */
export abstract class NamespaceMoves {
  /** Returns the last move from a namespace; one that is done until either namespace is moved again or deleted. */
  abstract find(source: Namespace): Promise<NamespaceMove | undefined>;

  /** Returns a move from or into a namespace that is not done. */
  abstract underWay(namespace: Namespace): Promise<NamespaceMove | undefined>;

  /** Begins to copy what is there at a position: see `ExportSource.position`. */
  abstract begin(source: Namespace, target: Namespace, position: number): Promise<NamespaceMove>;

  /**
   * Copies the next memories, then links, with versions, times, history and embeddings. Where the target has had something
   * once, versions follow those before. Resolves with the phase `following` when all are there.
   *
   * @throws ImportConflictError when somebody else wrote something where a memory goes
   */
  abstract copy(move: NamespaceMove): Promise<NamespaceMove>;

  /**
   * Brings along the next changes up to a position, deletions included. Resolves with their number; 0 when there are no
   * more.
   *
   * @throws ImportConflictError as `copy`
   */
  abstract follow(move: NamespaceMove, upTo: number): Promise<number>;

  /** Lets the source take no changes. A change under way is before `ExportSource.position` then. */
  abstract close(move: NamespaceMove): Promise<NamespaceMove>;

  /**
   * Compares the target with the closed source, and hands over how often memories were read.
   *
   * @throws ImportConflictError naming what differs: somebody else wrote it there
   */
  abstract compare(move: NamespaceMove): Promise<Pick<NamespaceMove, 'memories' | 'links'>>;

  /**
   * Hands over the closed source at once, with what is known of its importances, and its consolidations; its retention policy
   * ends. Undefined when the source was opened meanwhile.
   */
  abstract handOver(
    move: NamespaceMove,
    counts: Pick<NamespaceMove, 'memories' | 'links'>,
  ): Promise<NamespaceMove | undefined>;

  /** Notes that nothing of it is left in the source. */
  abstract finish(move: NamespaceMove): Promise<NamespaceMove>;
}
