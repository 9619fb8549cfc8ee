import { withoutBudget } from '../attempts/request-budget.js';
import type { AccessCounter } from './access-counter.port.js';
import type { Namespace } from '../model/namespace.js';

/** Most keys waiting to be recorded; further ones are dropped, because access counts are only a hint. */
const MAX_WAITING = 10_000;

/** Records which memories were returned, in the background and in batches, so that reads do not wait for writes. */
export class AccessRecorder {
  private waiting = new Map<Namespace, Set<string>>();
  private inFlight: ReadonlyMap<Namespace, ReadonlySet<string>> = new Map();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private size = 0;

  constructor(
    private readonly accesses: AccessCounter,
    private readonly delayMs: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  record(namespace: Namespace, keys: readonly string[]): void {
    if (keys.length === 0 || this.size >= MAX_WAITING) return;
    const set = this.waiting.get(namespace) ?? new Set<string>();
    const before = set.size;
    for (const key of keys) set.add(key);
    this.size += set.size - before;
    this.waiting.set(namespace, set);
    this.timer ??= withoutBudget(() => setTimeout(() => void this.flush(), this.delayMs).unref());
  }

  /** Whether an access is recorded that no read from the truth shows yet. */
  isWaiting(namespace: Namespace, key: string): boolean {
    return [this.waiting, this.inFlight].some((records) => records.get(namespace)?.has(key) === true);
  }

  /** Writes all waiting records. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const batch = this.waiting;
    this.waiting = new Map();
    this.size = 0;
    const now = new Date();
    this.writing = this.writing.then(async () => {
      this.inFlight = batch;
      for (const [namespace, keys] of batch) {
        await this.accesses.touch(namespace, [...keys], now).catch(this.onError);
      }
      this.inFlight = new Map();
    });
    await this.writing;
  }
}
