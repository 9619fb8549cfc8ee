import type { DecayRules, PaceOptions } from '@sfm/memory';

/** Which memories are kept, and what they lose with time. */
export interface LifecycleOptions {
  /** Time between two rounds of decay and of the rules of namespaces, in milliseconds. @default 600000 */
  readonly intervalMs?: number;
  /** Most memories of a namespace without a rule of its own; 0 for any number. @default 0 */
  readonly maxMemories?: number;
  /** @default nothing decays */
  readonly decay?: DecayRules;
  /** How long a process that died or froze keeps the others from going on, in milliseconds. @default 15000 */
  readonly leaseMs?: number;
  /** @default batches of 200 */
  readonly pace?: PaceOptions;
}

export const DEFAULT_LIFECYCLE: Required<LifecycleOptions> = {
  intervalMs: 600_000,
  maxMemories: 0,
  decay: { levels: [], isScored: false },
  leaseMs: 15_000,
  pace: {},
};
