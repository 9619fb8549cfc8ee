import { withoutBudget } from '@sfm/memory';

/** The key of an entry, and the version that an invalidation stores there. */
export type OwedInvalidation = readonly [at: string, version: number];

/** Sends the invalidations; both methods reject when Redis may have missed something. */
export interface InvalidationDelivery {
  send(invalidations: readonly OwedInvalidation[]): Promise<unknown>;
  /** Removes every entry. */
  removeAll(): Promise<unknown>;
}

/** Beyond this many, everything is removed instead. */
const MOST_OWED = 10_000;
/** Invalidations per request; also the maximum sent per pause to a Redis that keeps refusing. */
const PORTION = 64;
const PAUSE_MS = 1000;
/** Removing everything also empties healthy cluster nodes, so retries wait longer. */
const REMOVAL_PAUSE_MS = 60_000;

/**
 * Keeps invalidations that Redis missed or refused until it accepts them, so that payloads deleted meanwhile do not stay
 * there until they expire.
 */
export class OwedInvalidations {
  private readonly versions = new Map<string, number>();
  private owesEverything = false;
  private waitingRounds = 0;
  private lastRound = Promise.resolve();
  private nextPortionMs = -Infinity;
  private nextRemovalMs = -Infinity;

  constructor(private readonly delivery: InvalidationDelivery) {}

  /** For the same key, keeps the higher version. */
  add(invalidations: readonly OwedInvalidation[]): void {
    for (const [at, version] of invalidations) {
      const highest = Math.max(version, this.versions.get(at) ?? 0);
      // Moved to the end, so that refused invalidations do not block those that Redis would accept.
      this.versions.delete(at);
      this.versions.set(at, highest);
    }
    if (this.versions.size <= MOST_OWED) return;
    this.versions.clear();
    this.owesEverything = true;
  }

  /** Sends pending invalidations after the current send. Resolves when all are sent or one was refused. */
  async settle(): Promise<void> {
    await this.round(() => (this.nextPortionMs = this.nextRemovalMs = -Infinity));
  }

  /**
   * Call after each write that Redis accepts: sends pending invalidations, unless a send is running or was refused just
   * now, because one successful write says little about other nodes or moments.
   */
  async settleIfDue(): Promise<void> {
    if (this.waitingRounds > 0 || !(this.owesRemoval() || this.owesPortion())) return;
    await this.round();
  }

  private owesRemoval(): boolean {
    return this.owesEverything && performance.now() >= this.nextRemovalMs;
  }

  private owesPortion(): boolean {
    return this.versions.size > 0 && performance.now() >= this.nextPortionMs;
  }

  private async round(begin = () => {}): Promise<void> {
    this.waitingRounds += 1;
    // What it sends is of many requests.
    this.lastRound = withoutBudget(() =>
      this.lastRound.then(async () => {
        begin();
        await this.sendAll();
        this.waitingRounds -= 1;
      }),
    );
    await this.lastRound;
  }

  private async sendAll(): Promise<void> {
    if (this.owesRemoval()) await this.removeAll();
    while (this.owesPortion()) await this.sendPortion();
  }

  private async removeAll(): Promise<void> {
    this.owesEverything = false;
    try {
      await this.delivery.removeAll();
    } catch {
      this.owesEverything = true;
      this.nextRemovalMs = performance.now() + REMOVAL_PAUSE_MS;
    }
  }

  private async sendPortion(): Promise<void> {
    const portion = [...this.versions].slice(0, PORTION);
    for (const [at] of portion) this.versions.delete(at);
    try {
      await this.delivery.send(portion);
    } catch {
      this.add(portion);
      this.nextPortionMs = performance.now() + PAUSE_MS;
    }
  }
}
