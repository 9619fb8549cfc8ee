import type { Namespace } from '../model/namespace.js';

export interface LockPlace {
  readonly namespace: Namespace;
  readonly name: string;
}

/** Who asks for a lock, and for how long. */
export interface LockClaim extends LockPlace {
  readonly owner: string;
  readonly ttlMs: number;
}

/** Proves that a lock was given: only who has it renews and releases. */
export interface LockProof {
  readonly owner: string;
  readonly token: number;
}

/** A lock that is held. */
export interface LockHold extends LockProof {
  /**
   * The fencing token: of two holds of one lock, the later has the higher. What the lock protects can refuse a token lower
   * than one it has seen, and so a holder that does not know yet that its time is over.
   *
   * Source: Martin Kleppmann, "How to do distributed locking" (2016).
   */
  readonly token: number;
  readonly acquiredAt: Date;
  /** Whoever asks from then on gets it. */
  readonly expiresAt: Date;
}

export type Acquisition =
  { readonly state: 'acquired'; readonly hold: LockHold } | { readonly state: 'held'; readonly by: LockHold };

/**
 * Locks by name, each in its namespace, for every process on the store. A lock has one owner at a time, until it is
 * released or expires on the clock of the store.
 */
export abstract class NamedLocks {
  /**
   * Gives the lock if nobody holds it, or its owner does: then it keeps its token and is renewed, so that repeating a
   * request whose answer was lost is harmless. Does not wait.
   */
  abstract acquire(claim: LockClaim): Promise<Acquisition>;

  /** Lets the hold last for `ttlMs` from now on. Undefined, and nothing changed, when it is over. */
  abstract renew(place: LockPlace, proof: LockProof, ttlMs: number): Promise<LockHold | undefined>;

  /** Ends the hold. False, and nothing changed, when it is over. */
  abstract release(place: LockPlace, proof: LockProof): Promise<boolean>;

  /** Returns who holds the lock. */
  abstract find(place: LockPlace): Promise<LockHold | undefined>;
}
