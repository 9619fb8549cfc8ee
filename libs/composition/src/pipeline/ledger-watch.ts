import { OutboxLoop, type IndexFollower, type Outbox } from '@sfm/memory';

/** Following rests this many times as long as it worked, so that a burst of writes keeps most of the processor. */
const REST_FACTOR = 4;
const MIN_REST_MS = 20;
/** Looks this often even when nothing woke it: a notification can be lost with its connection. */
const POLL_MS = 1000;

/**
 * Lets the lexical index follow the ledger while nobody recalls, so that a recall finds little left to catch up with.
 * A failure is no concern of its own: the next recall catches up, or says why it cannot.
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
