/** How long a reading is used. Scrapers come every few seconds; several of them, or a hasty one, share it. */
const USED_MS = 1000;

/** Reads a source for all who ask at about the same time: one reading is under way at most, and used for a second. */
export class SharedReading<T> {
  private reading: Promise<T> | undefined;
  private readAtMs = -Infinity;
  private isUnderWay = false;

  constructor(
    private readonly read: () => T | Promise<T>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Rejects as the reading does; a failure is not kept. */
  get(): Promise<T> {
    const isFresh = this.isUnderWay || this.now() - this.readAtMs < USED_MS;
    if (this.reading && isFresh) return this.reading;
    this.isUnderWay = true;
    const reading = Promise.resolve().then(this.read);
    this.reading = reading;
    const done = (readAtMs: number) => {
      this.isUnderWay = false;
      this.readAtMs = readAtMs;
    };
    reading.then(
      () => done(this.now()),
      () => done(-Infinity),
    );
    return reading;
  }
}
