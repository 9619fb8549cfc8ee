import { OutboxLoop, type IndexFollower, type Outbox } from '@sfm/memory';

/** Rests this many times as long as it worked, so that a burst of writes keeps most of the CPU. */
const REST_FACTOR = 4;
const MIN_REST_MS = 20;
/** Polls at this interval even without a notification, because one can be lost with its connection. */
const POLL_MS = 1000;

/**
 * Applies new ledger entries to the lexical index between recalls, so that a recall has little left to catch up with.
 * Ignores failures: the next recall catches up or reports the error.
 */
export class LedgerWatch {
  private readonly loop: OutboxLoop;

  constructor(
    private readonly follower: Pick<IndexFollower, 'catchUp'>,
    outbox: Pick<Outbox, 'listen'>,
  ) {
    this.loop = new OutboxLoop(outbox, () => this.turn());
  }

  start(): Promise<void> {
    return this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async turn(): Promise<void> {
    const start = performance.now();
    await this.follower.catchUp().catch(() => undefined);
    await this.loop.rest(Math.max(MIN_REST_MS, REST_FACTOR * (performance.now() - start)));
    await this.loop.restUntilWoken(POLL_MS);
  }
}
