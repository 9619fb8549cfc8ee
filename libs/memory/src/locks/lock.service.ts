import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { v4 as uuidv4 } from 'uuid';
import { backoffMs } from '../attempts/backoff.js';
import { toTheEnd, whileWanted } from '../attempts/bounded-wait.js';
import { withoutBudget } from '../attempts/request-budget.js';
import { InvalidRequestError, LockHeldError, LockLostError } from '../model/errors.js';
import type { Namespace } from '../model/namespace.js';
import { checkText } from '../model/payload.js';
import type { LockHold, LockPlace, LockProof, NamedLocks } from './named-locks.port.js';

/** What may be asked for. Times in seconds. */
export const LOCK_BOUNDS = {
  maxNameLength: 200,
  maxOwnerLength: 200,
  minTtl: 0.1,
  maxTtl: 3600,
  maxWait: 30,
} as const;

/** Names that begin so are the service's own. */
export const RESERVED_LOCK_PREFIX = 'soma:';
const DEFAULT_TTL_SECONDS = 10;
/** A waiting caller looks this often, at first and at last. */
const LOOKS = { minMs: 20, maxMs: 250, jitter: 0.5 };

export interface LockRequest extends LockTerms {
  /** 1 to 200 characters; not one of the service's own, see `RESERVED_LOCK_PREFIX`. */
  readonly name: string;
}

/** For whom, how long, and after which wait. */
export interface LockTerms {
  /** Whoever says the same name is the same owner, and is given what it holds. @default a new one */
  readonly owner?: string;
  /** How long the lock is held unless it is renewed or released. @default 10 */
  readonly ttlSeconds?: number;
  /** How long to wait for a lock that others hold. @default 0 */
  readonly waitSeconds?: number;
  /** Ends the wait when it aborts, as if the time were over. */
  readonly patience?: AbortSignal;
}

/** A hold to renew or to end. */
export interface HeldLock extends LockProof {
  readonly name: string;
}

/** What work under a lock is told. */
export interface LockedWork {
  /** See `LockHold.token`. */
  readonly token: number;
  /** Aborts with LockLostError when the lock is lost, which only happens when it could not be renewed in time. */
  readonly signal: AbortSignal;
}

/** Locks by name within a namespace: one owner at a time, among all processes on the store. */
export class LockService {
  /** What the current asynchronous call holds: a nested `withLock` of the same name does not wait for itself. */
  private readonly held = new AsyncLocalStorage<ReadonlyMap<string, HeldHere>>();

  constructor(private readonly locks: NamedLocks) {}

  /**
   * Gives the lock to its owner, waiting for it if that is wanted.
   *
   * @throws LockHeldError when others hold it until the end of the wait; InvalidRequestError naming the field
   */
  async acquire(namespace: Namespace, { name, ...terms }: LockRequest): Promise<LockHold> {
    return this.take({ namespace, name: checkedName(name) }, terms);
  }

  /** Lets the hold last from now on. @throws LockLostError when it is over; InvalidRequestError */
  async renew(namespace: Namespace, { name, ...proof }: HeldLock, ttlSeconds = DEFAULT_TTL_SECONDS): Promise<LockHold> {
    const place = { namespace, name: checkedName(name) };
    checkOwner(proof.owner);
    const ttlMs = checkedTtl(ttlSeconds);
    const hold = await toTheEnd(() => this.locks.renew(place, proof, ttlMs));
    if (!hold) throw new LockLostError(name);
    return hold;
  }

  /** Ends the hold; false when it was over already. @throws InvalidRequestError */
  async release(namespace: Namespace, { name, ...proof }: HeldLock): Promise<boolean> {
    const place = { namespace, name: checkedName(name) };
    checkOwner(proof.owner);
    return toTheEnd(() => this.locks.release(place, proof));
  }

  /** Returns who holds the lock; undefined when nobody does. */
  async find(namespace: Namespace, name: string): Promise<LockHold | undefined> {
    return this.locks.find({ namespace, name: checkedName(name) });
  }

  /**
   * Runs `work` while holding the lock, which is renewed meanwhile and released at the end, also when the work fails. Within
   * the work, the same lock is there at once.
   *
   * @throws what the work throws; as `acquire`
   */
  async withLock<T>(
    namespace: Namespace,
    { name, ...terms }: LockRequest,
    work: (lock: LockedWork) => Promise<T>,
  ): Promise<T> {
    return this.hold({ namespace, name: checkedName(name) }, terms, work);
  }

  /** As `withLock`, for a purpose of the service that no caller's lock can be in the way of. */
  async withReservedLock<T>(
    namespace: Namespace,
    { purpose, ...terms }: LockTerms & { readonly purpose: string },
    work: (lock: LockedWork) => Promise<T>,
  ): Promise<T> {
    return this.hold({ namespace, name: `${RESERVED_LOCK_PREFIX}${purpose}` }, terms, work);
  }

  private async take(place: LockPlace, terms: LockTerms): Promise<LockHold> {
    const { owner = uuidv4(), ttlSeconds = DEFAULT_TTL_SECONDS, waitSeconds = 0, patience } = terms;
    checkOwner(owner);
    const claim = { ...place, owner, ttlMs: checkedTtl(ttlSeconds) };
    const untilMs = performance.now() + checkedWait(waitSeconds);
    for (let look = 1; ; look += 1) {
      const acquisition = await toTheEnd(() => this.locks.acquire(claim));
      if (acquisition.state === 'acquired') return acquisition.hold;
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0 || patience?.aborted === true) throw new LockHeldError(place.name, acquisition.by.expiresAt);
      await whileWanted(delay(Math.min(leftMs, backoffMs(look, LOOKS))));
    }
  }

  private async hold<T>(place: LockPlace, terms: LockTerms, work: (lock: LockedWork) => Promise<T>): Promise<T> {
    const key = JSON.stringify([place.namespace, place.name]);
    const outer = this.held.getStore();
    const mine = outer?.get(key);
    if (mine && !mine.isOver) return work(mine);
    const hold = await this.take(place, terms);
    const here = new HeldHere(this.locks, place, hold, checkedTtl(terms.ttlSeconds ?? DEFAULT_TTL_SECONDS));
    try {
      return await this.held.run(new Map([...(outer ?? []), [key, here]]), () => work(here));
    } finally {
      await here.end();
    }
  }
}

/** A lock that work of this process holds, renewed at a third of its time. */
class HeldHere implements LockedWork {
  isOver = false;
  readonly token: number;
  private readonly lost = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private renewing: Promise<void> = Promise.resolve();
  private untilMs: number;

  constructor(
    private readonly locks: NamedLocks,
    private readonly place: LockPlace,
    private readonly proof: LockProof,
    private readonly ttlMs: number,
  ) {
    this.token = proof.token;
    this.untilMs = performance.now() + ttlMs;
    // On nobody's budget: the lock is kept until the work ends, whether its caller waits or not.
    this.timer = withoutBudget(() => setInterval(() => void (this.renewing = this.renew()), ttlMs / 3)).unref();
  }

  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** Releases the lock. A store that is away now lets it expire: the work is done, and is not reported as failed. */
  async end(): Promise<void> {
    this.isOver = true;
    clearInterval(this.timer);
    await this.renewing;
    await withoutBudget(() => this.locks.release(this.place, this.proof)).catch(() => false);
  }

  private async renew(): Promise<void> {
    const askedMs = performance.now();
    const isRenewed = await this.locks.renew(this.place, this.proof, this.ttlMs).then(
      (hold) => hold !== undefined,
      // A store that is away may be back before the time is over.
      () => performance.now() < this.untilMs,
    );
    if (isRenewed) this.untilMs = Math.max(this.untilMs, askedMs + this.ttlMs);
    else this.lost.abort(new LockLostError(this.place.name));
  }
}

function checkedName(name: string): string {
  if (name === '') throw new InvalidRequestError('name', 'must not be empty');
  if (name.length > LOCK_BOUNDS.maxNameLength) {
    throw new InvalidRequestError(
      'name',
      `must be at most ${LOCK_BOUNDS.maxNameLength} characters, got ${name.length}`,
    );
  }
  if (name.startsWith(RESERVED_LOCK_PREFIX)) {
    throw new InvalidRequestError('name', `must not begin with ${RESERVED_LOCK_PREFIX}, which is the service's own`);
  }
  checkText(name, 'name');
  return name;
}

function checkOwner(owner: string): void {
  if (owner === '' || owner.length > LOCK_BOUNDS.maxOwnerLength) {
    throw new InvalidRequestError('owner', `must be 1 to ${LOCK_BOUNDS.maxOwnerLength} characters`);
  }
  checkText(owner, 'owner');
}

/** Returns milliseconds. */
function checkedTtl(seconds: number): number {
  const { minTtl, maxTtl } = LOCK_BOUNDS;
  if (!(seconds >= minTtl && seconds <= maxTtl)) {
    throw new InvalidRequestError('ttl_seconds', `must be a number from ${minTtl} to ${maxTtl}`);
  }
  return Math.ceil(seconds * 1000);
}

/** Returns milliseconds. */
function checkedWait(seconds: number): number {
  if (!(seconds >= 0 && seconds <= LOCK_BOUNDS.maxWait)) {
    throw new InvalidRequestError('wait_seconds', `must be a number from 0 to ${LOCK_BOUNDS.maxWait}`);
  }
  return seconds * 1000;
}
