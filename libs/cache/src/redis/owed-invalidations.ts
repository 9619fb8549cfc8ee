/** A place of an entry, and the version that an invalidation leaves there. */
export type OwedInvalidation = readonly [at: string, version: number];

/** What sends the invalidations; both reject when Redis may have missed something. */
export interface InvalidationDelivery {
  send(invalidations: readonly OwedInvalidation[]): Promise<unknown>;
  /** Removes every entry. */
  removeAll(): Promise<unknown>;
}

/** Beyond this many, everything is removed instead. */
const MOST_OWED = 10_000;
/** Sent at once; also all that a Redis which goes on refusing is asked per pause. */
const PORTION = 64;
const PAUSE_MS = 1000;

/**
 * Invalidations that Redis was not there for or refused, until it has them: payloads deleted meanwhile must not lie there
 * until they expire.
 */
export class OwedInvalidations {
  private readonly versions = new Map<string, number>();
  private owesEverything = false;
  private waitingRounds = 0;
  private lastRound = Promise.resolve();
  private refusedAt = -Infinity;

  constructor(private readonly delivery: InvalidationDelivery) {}

  /** Of two for one place the higher version counts. */
  add(invalidations: readonly OwedInvalidation[]): void {
    for (const [at, version] of invalidations) {
      const highest = Math.max(version, this.versions.get(at) ?? 0);
      // To the end: what Redis refuses must not stand for ever before what it would take.
      this.versions.delete(at);
      this.versions.set(at, highest);
    }
    if (this.versions.size <= MOST_OWED) return;
    this.versions.clear();
    this.owesEverything = true;
  }

  /** Sends what is owed, after what is being sent. Resolves when all is sent or something was refused. */
  async settle(): Promise<void> {
    this.waitingRounds += 1;
    this.lastRound = this.lastRound.then(async () => {
      await this.sendAll();
      this.waitingRounds -= 1;
    });
    await this.lastRound;
  }

  /**
   * To be called whenever Redis has taken a write: sends what is owed, unless that is happening or was refused a moment
   * ago, because one node or one moment that is well says little about the others.
   */
  async settleIfDue(): Promise<void> {
    if (this.versions.size === 0 && !this.owesEverything) return;
    if (this.waitingRounds > 0 || performance.now() - this.refusedAt < PAUSE_MS) return;
    await this.settle();
  }

  private async sendAll(): Promise<void> {
    let isTaken = true;
    if (this.owesEverything) isTaken = await this.removeAll();
    while (isTaken && this.versions.size > 0) isTaken = await this.sendPortion();
    this.refusedAt = isTaken ? -Infinity : performance.now();
  }

  private async removeAll(): Promise<boolean> {
    this.owesEverything = false;
    try {
      await this.delivery.removeAll();
      return true;
    } catch {
      this.owesEverything = true;
      return false;
    }
  }

  private async sendPortion(): Promise<boolean> {
    const portion = [...this.versions].slice(0, PORTION);
    for (const [at] of portion) this.versions.delete(at);
    try {
      await this.delivery.send(portion);
      return true;
    } catch {
      this.add(portion);
      return false;
    }
  }
}
