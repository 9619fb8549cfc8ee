import { InvalidRequestError } from '../../model/errors.js';
import type { Namespace } from '../../model/namespace.js';

/** Which memories of a namespace are kept. Null: no such rule of its own. */
export interface RetentionPolicy {
  /** Memories that were created longer ago are deleted, seconds. */
  readonly maxAgeSeconds: number | null;
  /** The least important memories beyond this number are deleted, and of those the oldest. */
  readonly maxMemories: number | null;
  /** Memories of at least this importance are deleted by neither rule; one without importance has 0. */
  readonly keepImportanceFrom: number | null;
}

/** A policy as it is stored. */
export interface StoredPolicy extends RetentionPolicy {
  readonly namespace: Namespace;
  /** Grows by one with every change. */
  readonly version: number;
  readonly updatedAt: Date;
}

export const NO_POLICY: RetentionPolicy = { maxAgeSeconds: null, maxMemories: null, keepImportanceFrom: null };

/** What one policy may ask for. */
export const POLICY_BOUNDS = {
  /** A hundred years. */
  maxAgeSeconds: 3_155_760_000,
  maxMemories: 1_000_000_000,
} as const;

/** @throws InvalidRequestError naming the field and what is allowed */
export function checkPolicy({ maxAgeSeconds, maxMemories, keepImportanceFrom }: RetentionPolicy): void {
  checkWhole('max_age_seconds', maxAgeSeconds, POLICY_BOUNDS.maxAgeSeconds);
  checkWhole('max_memories', maxMemories, POLICY_BOUNDS.maxMemories);
  if (keepImportanceFrom !== null && !Number.isFinite(keepImportanceFrom)) {
    throw new InvalidRequestError('keep_importance_from', 'must be a finite number or null');
  }
}

function checkWhole(field: string, value: number | null, most: number): void {
  if (value !== null && !(Number.isSafeInteger(value) && value >= 1 && value <= most)) {
    throw new InvalidRequestError(field, `must be a whole number from 1 to ${most}, or null`);
  }
}

/**
 * A policy in force: what a namespace does not say itself comes from the settings of the service.
 *
 * @param cap most memories of a namespace without a number of its own; 0 for any number
 */
export function inForce(policy: RetentionPolicy, cap: number): RetentionPolicy {
  return { ...policy, maxMemories: policy.maxMemories ?? (cap > 0 ? cap : null) };
}
