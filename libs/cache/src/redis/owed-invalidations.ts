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
/** Removing everything takes it from healthy nodes of a cluster too, so it is not tried again as soon. */
const REMOVAL_PAUSE_MS = 60_000;

/**
 * Invalidations that Redis was not there for or refused, until it has them: payloads deleted meanwhile must not lie there
 * until they expire.
 */
export class OwedInvalidations {
  private readonly versions = new Map<string, number>();
  private owesEverything = false;
  private waitingRounds = 0;
  private lastRound = Promise.resolve();
  private nextPortionMs = -Infinity;
  private nextRemovalMs = -Infinity;

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
    await this.round(() => (this.nextPortionMs = this.nextRemovalMs = -Infinity));
  }

  /**
   * To be called whenever Redis has taken a write: sends what is owed, unless that is happening or was refused a moment
   * ago, because one node or one moment that is well says little about the others.
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
    this.lastRound = this.lastRound.then(async () => {
      begin();
      await this.sendAll();
      this.waitingRounds -= 1;
    });
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
