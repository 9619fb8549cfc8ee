import type { LockHold } from '@sfm/memory';

/** A lock that is held. */
export function heldLockView(name: string, { owner, token, acquiredAt, expiresAt }: LockHold) {
  return { name, owner, token, acquired_at: acquiredAt.toISOString(), expires_at: expiresAt.toISOString() };
}

/** A lock, held or not. */
export function lockView(name: string, hold: LockHold | undefined) {
  if (hold) return { ...heldLockView(name, hold), held: true };
  return { name, held: false, owner: null, token: null, acquired_at: null, expires_at: null };
}
