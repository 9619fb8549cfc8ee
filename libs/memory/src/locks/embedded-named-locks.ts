import {
  NamedLocks,
  type Acquisition,
  type LockClaim,
  type LockHold,
  type LockPlace,
  type LockProof,
} from './named-locks.port.js';

/** Locks of this process: held among its own callers, and gone with it. */
export class EmbeddedNamedLocks extends NamedLocks {
  private readonly holds = new Map<string, LockHold>();
  private lastToken = 0;

  async acquire({ owner, ttlMs, ...place }: LockClaim): Promise<Acquisition> {
    this.sweep();
    const held = this.live(place);
    if (held && held.owner !== owner) return { state: 'held', by: held };
    const now = Date.now();
    this.lastToken += held ? 0 : 1;
    const { token, acquiredAt } = held ?? { token: this.lastToken, acquiredAt: new Date(now) };
    const hold = { owner, token, acquiredAt, expiresAt: new Date(now + ttlMs) };
    this.holds.set(keyOf(place), hold);
    return { state: 'acquired', hold };
  }

  async renew(place: LockPlace, proof: LockProof, ttlMs: number): Promise<LockHold | undefined> {
    const held = this.ofProof(place, proof);
    if (!held) return undefined;
    const renewed = { ...held, expiresAt: new Date(Date.now() + ttlMs) };
    this.holds.set(keyOf(place), renewed);
    return renewed;
  }

  async release(place: LockPlace, proof: LockProof): Promise<boolean> {
    return this.ofProof(place, proof) !== undefined && this.holds.delete(keyOf(place));
  }

  async find(place: LockPlace): Promise<LockHold | undefined> {
    return this.live(place);
  }

  private ofProof(place: LockPlace, { owner, token }: LockProof): LockHold | undefined {
    const held = this.live(place);
    return held?.owner === owner && held.token === token ? held : undefined;
  }

  private live(place: LockPlace): LockHold | undefined {
    const held = this.holds.get(keyOf(place));
    return held && held.expiresAt.getTime() > Date.now() ? held : undefined;
  }

  /** Forgets what has expired, so that names nobody uses any more do not pile up. */
  private sweep(): void {
    for (const [key, { expiresAt }] of this.holds) if (expiresAt.getTime() <= Date.now()) this.holds.delete(key);
  }
}

function keyOf({ namespace, name }: LockPlace): string {
  return JSON.stringify([namespace, name]);
}
