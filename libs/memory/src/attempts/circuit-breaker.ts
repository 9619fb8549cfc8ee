import { backoffMs, type BackoffLimits } from './backoff.js';
import { whileWanted } from './bounded-wait.js';
import { currentBudget, withoutBudget } from './request-budget.js';

/** `half_open`: a probe is under way; callers are still refused. */
export type CircuitState = 'closed' | 'open' | 'half_open';

/**
 * What the end of a call says about its server: it could not be reached or was silent; it answered, a refusal included;
 * or nothing, as when the caller gave up.
 */
export type CircuitVerdict = 'outage' | 'answer' | 'nothing';

export interface CircuitBreakerOptions {
  /** One cheap call past the breaker; it should end when the signal aborts. Its refusals count as answers. */
  readonly probe: (signal: AbortSignal) => Promise<unknown>;
  readonly verdictOn: (error: unknown) => CircuitVerdict;
  /**
   * After so many outages without an answered call a probe decides whether the circuit opens; after twice as many it
   * opens whatever probes say, because a server can answer these and nothing else. @default 3
   */
  readonly maxOutages?: number;
  /**
   * While calls wait and no call has been answered for this long, in milliseconds, a probe decides whether the server
   * is slow or hangs. @default 1000
   */
  readonly suspectAfterMs?: number;
  /** Longest wait for a probe, in milliseconds. @default 1000 */
  readonly probeTimeoutMs?: number;
  /** Pauses between probes. @default 200 to 1000 ms */
  readonly pauses?: BackoffLimits;
}

export interface CircuitCall {
  /**
   * For work that may take long and that nobody waits for: it is never given up when the circuit opens, raises no
   * suspicion, and waits up to this many milliseconds for an open circuit to close. @default 0, none of this
   */
  readonly patienceMs?: number;
}

const PAUSES: BackoffLimits = { minMs: 200, maxMs: 1000, jitter: 0.5 };

/** The call was not made, or given up: the server is known not to answer. `cause` is what was last met. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
}

interface WaitingCall {
  readonly sinceMs: number;
  readonly giveUp: (reason: CircuitOpenError) => void;
}

/**
 * Spares the callers of one server, all of which share it, the wait for a server that is away or hangs: calls then fail
 * at once, those under way included. One probe at a time finds out in the background when the server answers again, so
 * no caller pays for that.
 *
 * Source: the pattern of Michael Nygard, "Release It!", with its half-open state in the background.
 */
export class CircuitBreaker {
  readonly #options: Required<CircuitBreakerOptions>;
  /** Impatient calls under way, the oldest first. */
  readonly #waiting = new Set<WaitingCall>();
  readonly #closings = new Set<() => void>();
  #isOpen = false;
  #hasEnded = false;
  #openings = 0;
  #outages = 0;
  /** Probes that failed, or proved wrong, since a call was last answered. */
  #failedProbes = 0;
  #answeredAtMs = -Infinity;
  #lastOutage: unknown;
  #probing: Promise<boolean> | undefined;
  #watchTimer: NodeJS.Timeout | undefined;
  #pauseTimer: NodeJS.Timeout | undefined;

  constructor(options: CircuitBreakerOptions) {
    this.#options = { maxOutages: 3, suspectAfterMs: 1000, probeTimeoutMs: 1000, pauses: PAUSES, ...options };
  }

  get state(): CircuitState {
    if (!this.#isOpen) return 'closed';
    return this.#probing ? 'half_open' : 'open';
  }

  /** How often it has opened. */
  get openings(): number {
    return this.#openings;
  }

  /** Resolves and rejects as `work` does. @throws CircuitOpenError while the server is known not to answer */
  async run<T>(work: () => Promise<T>, { patienceMs = 0 }: CircuitCall = {}): Promise<T> {
    if (!(await whileWanted(this.whenClosed(patienceMs)))) throw this.#refusal();
    return patienceMs > 0 ? this.#observed(work) : this.#watched(work);
  }

  /** Resolves with whether it is closed, at once or within the time, in milliseconds. */
  async whenClosed(withinMs: number): Promise<boolean> {
    if (!this.#isOpen || withinMs <= 0) return !this.#isOpen;
    return new Promise<boolean>((resolve) => {
      const end = (isClosed: boolean) => {
        clearTimeout(timer);
        this.#closings.delete(closed);
        resolve(isClosed);
      };
      const closed = () => end(true);
      const timer = setTimeout(end, withinMs, false);
      this.#closings.add(closed);
    });
  }

  /** Ends probes and timers for good. Calls are made again as if it were closed. */
  end(): void {
    this.#hasEnded = true;
    this.#close();
    clearTimeout(this.#watchTimer);
  }

  async #observed<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#noteAnswer();
      return result;
    } catch (error) {
      // A caller that hung up says nothing about the server.
      const verdict = currentBudget()?.ended ? 'nothing' : this.#options.verdictOn(error);
      if (verdict === 'answer') this.#noteAnswer();
      if (verdict === 'outage') this.#noteOutage(error);
      throw error;
    }
  }

  #watched<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const call = { sinceMs: performance.now(), giveUp: reject };
      this.#waiting.add(call);
      this.#watch(this.#options.suspectAfterMs);
      // It ends before its outcome is noted, so that the call that opens the circuit keeps its own error.
      const ending = () => work().finally(() => this.#waiting.delete(call));
      this.#observed(ending).then(resolve, reject);
    });
  }

  #noteAnswer(): void {
    this.#answeredAtMs = performance.now();
    this.#outages = 0;
    this.#failedProbes = 0;
    this.#lastOutage = undefined;
    this.#close();
  }

  #noteOutage(error: unknown): void {
    this.#outages += 1;
    this.#lastOutage = error;
    if (this.#outages >= 2 * this.#options.maxOutages) this.#open();
    else if (this.#outages >= this.#options.maxOutages) void this.#suspect();
  }

  #open(): void {
    if (this.#isOpen || this.#hasEnded) return;
    this.#isOpen = true;
    this.#openings += 1;
    const given = [...this.#waiting];
    this.#waiting.clear();
    for (const { giveUp } of given) giveUp(this.#refusal());
    this.#probeLater();
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#pauseTimer);
    for (const closed of [...this.#closings]) closed();
  }

  /** A probe that succeeds while calls go on failing must not ease the pauses: only an answered call does. */
  #probeLater(): void {
    this.#failedProbes += 1;
    const pauseMs = backoffMs(this.#failedProbes, this.#options.pauses);
    this.#pauseTimer = setTimeout(() => void this.#probeAgain(), pauseMs).unref();
  }

  async #probeAgain(): Promise<void> {
    const isAnswered = await this.#probe();
    if (!this.#isOpen) return;
    if (isAnswered) this.#close();
    else this.#probeLater();
  }

  /** Looks after the time whether a call waits for a server that answers nobody. */
  #watch(afterMs: number): void {
    if (this.#hasEnded) return;
    this.#watchTimer ??= setTimeout(() => {
      this.#watchTimer = undefined;
      void this.#look();
    }, afterMs).unref();
  }

  async #look(): Promise<void> {
    const { suspectAfterMs } = this.#options;
    const [oldest] = this.#waiting;
    if (!oldest || this.#isOpen) return;
    const quietMs = performance.now() - Math.max(oldest.sinceMs, this.#answeredAtMs);
    if (quietMs < suspectAfterMs) return this.#watch(suspectAfterMs - quietMs);
    if (await this.#suspect()) this.#watch(suspectAfterMs);
  }

  /** Resolves with whether the server answers; opens the circuit if it does not. */
  async #suspect(): Promise<boolean> {
    const sinceMs = performance.now();
    const isAnswered = (await this.#probe()) || this.#answeredAtMs > sinceMs;
    if (isAnswered) this.#answeredAtMs = performance.now();
    else this.#open();
    return isAnswered;
  }

  /** Resolves with whether the server answers; callers at the same time share one probe. */
  #probe(): Promise<boolean> {
    this.#probing ??= withoutBudget(() => this.#ask()).finally(() => (this.#probing = undefined));
    return this.#probing;
  }

  async #ask(): Promise<boolean> {
    const { probe, probeTimeoutMs, verdictOn } = this.#options;
    const late = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => {
        // If this process itself was busy, the answer may have arrived unread.
        setImmediate(() => setImmediate(() => resolve(false)));
      }, probeTimeoutMs).unref();
    });
    const answer = probe(late.signal).then(
      () => true,
      (error: unknown) => {
        if (!late.signal.aborted) this.#lastOutage = error;
        return !late.signal.aborted && verdictOn(error) === 'answer';
      },
    );
    try {
      return await Promise.race([answer, silence]);
    } finally {
      clearTimeout(timer);
      late.abort();
    }
  }

  #refusal(): CircuitOpenError {
    return new CircuitOpenError('the server does not answer and is asked again in the background', {
      cause: this.#lastOutage,
    });
  }
}
