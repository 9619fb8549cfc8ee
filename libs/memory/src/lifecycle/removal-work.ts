import { v7 as uuidv7 } from 'uuid';
import type { Namespace } from '../model/namespace.js';
import type { HeldLease } from './held-lease.js';
import type { LifecycleTelemetry, RemovalReason } from './ports/lifecycle-telemetry.port.js';
import type { RemovalCandidate, RetainedMemories } from './ports/retained-memories.port.js';
import type { Pace } from './pace.js';
import type { RetentionPolicy } from './rules/retention-policy.js';

/** Most candidates of one look; a look reads no payloads. */
export const LOOK_LIMIT = 2000;

/** Candidates that a rule removes, and whether there may be more. */
export interface Look {
  readonly candidates: readonly RemovalCandidate[];
  readonly isMore: boolean;
}

/** Tells what was removed. */
export type OnRemoved = (reason: RemovalReason, removed: readonly RemovalCandidate[]) => void;

/** Removes what the rules of a namespace do not keep: a look at what goes next, then batch by batch. */
export class RemovalWork {
  constructor(
    private readonly memories: RetainedMemories,
    private readonly telemetry: LifecycleTelemetry,
    private readonly pace: Pace,
  ) {}

  /** What each rule would remove now, were the ones before it done. */
  async look(namespace: Namespace, reason: RemovalReason, policy: RetentionPolicy): Promise<Look> {
    if (reason === 'expired') return lookOf(await this.memories.expired(namespace, LOOK_LIMIT), LOOK_LIMIT);
    const { maxAgeSeconds, maxMemories, keepImportanceFrom } = policy;
    const query = { keepImportanceFrom, limit: LOOK_LIMIT };
    if (reason === 'too_old') {
      if (maxAgeSeconds === null) return NOTHING;
      return lookOf(await this.memories.olderThan(namespace, maxAgeSeconds, query), LOOK_LIMIT);
    }
    if (maxMemories === null) return NOTHING;
    const old = (await this.look(namespace, 'too_old', policy)).candidates.length;
    const count = await this.memories.countUpTo(namespace, maxMemories + old + LOOK_LIMIT);
    const excess = count - old - maxMemories;
    if (excess <= 0) return NOTHING;
    const limit = Math.min(excess, LOOK_LIMIT);
    const order = { ...query, limit, notOlderThanSeconds: maxAgeSeconds };
    return lookOf(await this.memories.least(namespace, order), LOOK_LIMIT);
  }

  /**
   * Removes all that a rule removes. What somebody is changing is left to the next run. Resolves with whether all that was
   * found is gone.
   *
   * @throws LeaseLostError; StoreUnavailableError
   */
  async remove(lease: HeldLease, { namespace, reason, policy, onRemoved }: RemovalOrder): Promise<boolean> {
    for (;;) {
      const { candidates, isMore } = await lease.batch(() => this.look(namespace, reason, policy));
      if (candidates.length === 0) return true;
      let removed = 0;
      for (let start = 0; start < candidates.length; start += this.pace.batchSize) {
        if (this.pace.isStopping) return false;
        const batch = candidates.slice(start, start + this.pace.batchSize);
        const gone = await this.removeBatch(lease, namespace, batch);
        this.telemetry.countRemoved(reason, gone.length);
        onRemoved?.(reason, gone);
        removed += gone.length;
        await this.pace.rest();
      }
      if (!isMore) return removed === candidates.length;
      // Whoever holds all of these may hold them for long.
      if (removed === 0) return false;
    }
  }

  private removeBatch(lease: HeldLease, namespace: Namespace, batch: readonly RemovalCandidate[]) {
    return lease.batch(async ({ fence }) => {
      const commands = batch.map(({ key, version }) => ({ namespace, key, version, eventId: uuidv7() }));
      const gone = new Set((await this.memories.remove(commands, fence)).map(({ key }) => key));
      return batch.filter(({ key }) => gone.has(key));
    });
  }
}

export interface RemovalOrder {
  readonly namespace: Namespace;
  readonly reason: RemovalReason;
  readonly policy: RetentionPolicy;
  readonly onRemoved?: OnRemoved;
}

const NOTHING: Look = { candidates: [], isMore: false };

function lookOf(candidates: readonly RemovalCandidate[], limit: number): Look {
  return { candidates, isMore: candidates.length === limit };
}
