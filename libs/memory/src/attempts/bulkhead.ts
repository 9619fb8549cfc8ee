import { whileWanted } from './bounded-wait.js';

/**
 * So many pieces of work at once; others wait in the order in which they came. One whose request ends while it waits leaves
 * the queue, which the queues of libraries do not know.
 *
 * @see Nygard, Release It!, on bulkheads
 */
export class Bulkhead {
  private readonly waiting: (() => void)[] = [];
  private taken = 0;

  constructor(private readonly places: number) {}

  /** @throws RequestEndedError when the request ends before there is a place */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.taken < this.places) this.taken += 1;
    else await this.turn();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /**
   * Resolves with how to give the place back, which counts once.
   *
   * @throws RequestEndedError when the request ends before there is a place
   */
  async enter(): Promise<() => void> {
    if (this.taken < this.places) this.taken += 1;
    else await this.turn();
    let isIn = true;
    return () => {
      if (isIn) this.leave();
      isIn = false;
    };
  }

  /** Resolves when another has left its place. One that comes after the request has ended is passed on. */
  private turn(): Promise<void> {
    const turn = new Promise<void>((resolve) => void this.waiting.push(resolve));
    return whileWanted(turn, { unwanted: () => this.leave() });
  }

  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.taken -= 1;
  }
}
