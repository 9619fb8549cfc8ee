import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { throwIfEnded } from '../attempts/request-budget.js';
import type { PendingMemories } from '../index-model/pending-memories.port.js';
import type { RetentionPolicies } from '../lifecycle/ports/retention-policies.port.js';
import { InvalidRequestError, NamespaceBusyError, NamespaceNotEmptyError } from '../model/errors.js';
import type { Namespace } from '../model/namespace.js';
import type { ExportSource } from '../portability/ports/export-source.port.js';
import type { NamespaceLock } from '../verify/ports/namespace-lock.port.js';
import type { NamespaceMove, NamespaceMoves } from './namespace-moves.port.js';
import type { NamespaceRemovalService } from './namespace-removal.service.js';
import type { NamespaceStore } from './namespace-store.port.js';

/** What a rename stands on. */
export interface RenamedPlaces {
  readonly moves: NamespaceMoves;
  readonly source: Pick<ExportSource, 'position'>;
  readonly store: Pick<NamespaceStore, 'rest' | 'endTransfers'>;
  readonly policies: Pick<RetentionPolicies, 'find' | 'replace'>;
  readonly pending: Pick<PendingMemories, 'count'>;
  readonly removal: Pick<NamespaceRemovalService, 'removeHeld'>;
  readonly lock: NamespaceLock;
}

export interface RenameOptions {
  /** How long one call goes on before it leaves the rest to the next, in milliseconds. @default 5000 */
  readonly patienceMs?: number;
}

/** How far a namespace was renamed, by all calls. */
export interface NamespaceRename extends Pick<NamespaceMove, 'memories' | 'links'> {
  /** True when the new name has everything, and takes changes. */
  readonly isMoved: boolean;
  /** False when there is more to do: call again. */
  readonly isDone: boolean;
}

/** Changes of a round that are few enough to close the source for the next one. */
const FEW = 200;
/** Rounds after which the source is closed although many are left: its writers are as fast as this. */
const MAX_ROUNDS = 5;
/** Changes that opened the source in the instant in which it was closed. */
const MAX_CLOSINGS = 3;
const POLL_MS = 50;

/**
 * Moves a namespace to another name while it is used. What is there is copied, then what was written meanwhile; for the last of it
 * the source takes no changes, so that at one instant the target has everything. Then it is removed from the source. How far it
 * came is remembered: whoever calls again goes on where an interrupted call ended.
 */
export class NamespaceRenameService {
  private readonly patienceMs: number;

  constructor(
    private readonly places: RenamedPlaces,
    { patienceMs = 5000 }: RenameOptions = {},
  ) {
    this.patienceMs = patienceMs;
  }

  /**
   * @throws InvalidRequestError for a name that is its own; NamespaceNotEmptyError when something is in the target;
   * NamespaceBusyError while either is renamed otherwise, copied into, imported into, rebuilt or deleted; ImportConflictError
   * when somebody wrote something else into the target where a memory or link goes; StoreUnavailableError
   */
  async rename(source: Namespace, target: Namespace): Promise<NamespaceRename> {
    if (source === target) throw new InvalidRequestError('to', 'must be another namespace');
    const { lock } = this.places;
    return lock.hold(source, (lost) =>
      lock.hold(target, async (lostToo) => {
        const move = await this.begin(source, target);
        return this.go(move, AbortSignal.any([lost, lostToo]));
      }),
    );
  }

  private async begin(source: Namespace, target: Namespace): Promise<NamespaceMove> {
    const { moves, store, source: ledger } = this.places;
    for (const name of [source, target]) {
      const move = await moves.underWay(name);
      if (move?.source === source && move.target === target) return move;
      if (move) throw new NamespaceBusyError(name);
    }
    const now = new Date();
    const before = await moves.find(source);
    if (before?.target === target && !(await store.rest(source, now)).isInUse) return before;
    if ((await store.rest(target, now)).isInUse) throw new NamespaceNotEmptyError(target);
    await store.endTransfers(target);
    return moves.begin(source, target, await ledger.position());
  }

  private async go(begun: NamespaceMove, lost: AbortSignal): Promise<NamespaceRename> {
    const endMs = performance.now() + this.patienceMs;
    const isLate = () => {
      throwIfEnded();
      lost.throwIfAborted();
      return performance.now() >= endMs;
    };
    let move = begun;
    while (move.phase === 'copying' && !isLate()) move = await this.places.moves.copy(move);
    if (move.phase === 'following' && !isLate() && (await this.hasFollowed(move, isLate))) {
      move = await this.handOver(move, isLate);
    } else if (move.phase === 'closed') {
      move = await this.handOver(move, isLate);
    }
    if (move.phase === 'moved' && !isLate()) move = await this.clear(move, isLate, lost);
    const { phase, memories, links } = move;
    return { memories, links, isMoved: phase === 'moved' || phase === 'done', isDone: phase === 'done' };
  }

  /** Brings along what was written meanwhile, until little is left. */
  private async hasFollowed(move: NamespaceMove, isLate: () => boolean): Promise<boolean> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const upTo = await this.places.source.position();
      let changes = 0;
      for (let part = 1; part > 0;) {
        if (isLate()) return false;
        part = await this.places.moves.follow(move, upTo);
        changes += part;
      }
      if (changes <= FEW) return true;
    }
    return true;
  }

  /** Writers wait for this, so nothing is left for the next call. */
  private async handOver(followed: NamespaceMove, isLate: () => boolean): Promise<NamespaceMove> {
    const { moves, source: ledger } = this.places;
    for (let closing = 0; closing < MAX_CLOSINGS; closing += 1) {
      const move = await moves.close(followed);
      const upTo = await ledger.position();
      while ((await moves.follow(move, upTo)) > 0) isLate();
      const counts = await moves.compare(move);
      await this.carryPolicy(move);
      isLate();
      const moved = await moves.handOver(move, counts);
      if (moved) return moved;
    }
    throw new NamespaceBusyError(followed.source);
  }

  /** A target whose source has no policy keeps its own. */
  private async carryPolicy({ source, target }: NamespaceMove): Promise<void> {
    const { policies } = this.places;
    const stored = await policies.find(source);
    if (!stored) return;
    const { maxAgeSeconds, maxMemories, keepImportanceFrom } = stored;
    await policies.replace(target, { maxAgeSeconds, maxMemories, keepImportanceFrom }, uuidv7());
  }

  /** Removes what was moved, and waits for the indexes. What was created under the old name since stays. */
  private async clear(move: NamespaceMove, isLate: () => boolean, lost: AbortSignal): Promise<NamespaceMove> {
    const { moves, removal, pending } = this.places;
    const { source: namespace, movedAt } = move;
    const { isDone } = await removal.removeHeld({ namespace, before: movedAt ?? new Date(0) }, lost);
    if (!isDone) return move;
    while ((await pending.count(move.target)) > 0) {
      if (isLate()) return move;
      await delay(POLL_MS);
    }
    return moves.finish(move);
  }
}
