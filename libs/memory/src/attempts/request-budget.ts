import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import { RequestEndedError } from '../model/errors.js';
import { currentScope, withScope } from '../model/namespace-scope.js';

/** Longest delay that a timer can have; beyond it Node fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * What one request may still use: time until its deadline, and only while its caller waits. A door opens one per
 * request and closes it with the answer; whatever waits on behalf of the request asks `currentBudget()` and stops when
 * it ends.
 */
export class RequestBudget {
  /** Why it ended; undefined while it lasts. */
  ended: RequestEndedError | undefined;
  private readonly listeners = new Set<(reason: RequestEndedError) => void>();
  private readonly followers = new Set<() => void>();
  private isOver = false;
  private controller: AbortController | undefined;

  /**
   * The budget of the whole request that this one is a part of, maybe itself: what is held for a request is held on it.
   * Undefined where nobody will close or end it.
   */
  readonly root: RequestBudget | undefined;

  /** @param deadlineMs on the clock of `performance.now()`; Infinity for none */
  constructor(
    readonly deadlineMs: number,
    root?: RequestBudget | 'itself',
  ) {
    this.root = root === 'itself' ? this : root;
  }

  /** For libraries that take one; made at the first use, because most requests need none. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      // One request may wait for many things at once; each removes its listener when it is done.
      setMaxListeners(0, this.controller.signal);
      if (this.ended) this.controller.abort(this.ended);
    }
    return this.controller.signal;
  }

  /** Calls back once when the budget ends, at once when it has; returns how to take that back. */
  onEnd(listener: (reason: RequestEndedError) => void): () => void {
    if (this.ended) {
      listener(this.ended);
      return () => undefined;
    }
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /**
   * Calls back once when nothing is held for the request any more: its answer has gone out, or it has ended. Never, for a
   * budget that no door opened.
   */
  onOver(follower: () => void): void {
    if (this.isOver) follower();
    else this.followers.add(follower);
  }

  /** The answer has gone out. */
  close(): void {
    this.isOver = true;
    for (const follower of this.followers) follower();
    this.followers.clear();
  }

  /** Ends it. Only the first reason counts. */
  end(reason: RequestEndedError): void {
    if (this.ended) return;
    this.ended = reason;
    this.close();
    this.controller?.abort(reason);
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const listener of listeners) listener(reason);
  }
}

/** A budget of a door, with its clock running. */
export interface OpenBudget {
  readonly budget: RequestBudget;
  /** The caller has gone: everything that works for it stops. */
  readonly hangUp: () => void;
  /** The request is answered: stops the clock. */
  readonly close: () => void;
}

/** Opens a budget, or part of the current one, that ends by itself after the time. The timer keeps no process alive. */
export function openBudget(timeoutMs: number): OpenBudget {
  const budget = new RequestBudget(performance.now() + timeoutMs, currentBudget()?.root ?? 'itself');
  const timer = setTimeout(
    () => budget.end(new RequestEndedError('deadline')),
    Math.min(timeoutMs, LONGEST_TIMER_MS),
  ).unref();
  return {
    budget,
    close: () => {
      clearTimeout(timer);
      budget.close();
    },
    hangUp: () => {
      clearTimeout(timer);
      budget.end(new RequestEndedError('hung up'));
    },
  };
}

const ambient = new AsyncLocalStorage<RequestBudget | undefined>();

/** Runs `work`, and everything it starts, on the budget. */
export function withBudget<T>(budget: RequestBudget | undefined, work: () => T): T {
  return ambient.run(budget, work);
}

/**
 * Runs `work`, and everything it starts, on nobody's budget and in nobody's scope: work that outlives the request that happens
 * to start it, or that others wait for too. What it shares of one namespace, it does `withinNamespaces`.
 */
export function withoutBudget<T>(work: () => T): T {
  const unscoped = currentScope() === undefined ? work : () => withScope(undefined, work);
  return ambient.getStore() === undefined ? unscoped() : ambient.run(undefined, unscoped);
}

/** The budget of the request that is being worked for; undefined in background work. */
export function currentBudget(): RequestBudget | undefined {
  return ambient.getStore();
}

/** Milliseconds that the current request has left; Infinity in background work. */
export function remainingMs(): number {
  const budget = ambient.getStore();
  return budget === undefined ? Infinity : budget.deadlineMs - performance.now();
}

/** @throws RequestEndedError when the current request has ended. */
export function throwIfEnded(): void {
  const budget = ambient.getStore();
  if (budget === undefined) return;
  if (budget.ended) throw budget.ended;
  if (budget.deadlineMs <= performance.now()) throw new RequestEndedError('deadline');
}
