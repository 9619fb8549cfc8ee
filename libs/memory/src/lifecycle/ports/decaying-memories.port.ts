import type { Memory } from '../../model/memory.js';
import type { Namespace } from '../../model/namespace.js';
import type { ListPosition } from '../../read/list-position.js';
import type { DecayFacts, DecayRules } from '../rules/decay.js';

export interface DecayingMemory {
  readonly memory: Memory;
  readonly facts: Omit<DecayFacts, 'importance'>;
}

export interface DecayPage {
  readonly memories: readonly DecayingMemory[];
  /** Where to go on; absent at the end. */
  readonly next?: ListPosition;
}

/** Finds memories that may have something to lose. */
export abstract class DecayingMemories {
  /**
   * A page of the memories, in the order in which they were created, that are old enough for some level and have a key to
   * lose, or are stripped by their score. Looks at a bounded number of memories and returns few of them. Some of them may
   * have nothing to lose after all.
   */
  abstract page(namespace: Namespace, rules: DecayRules, after?: ListPosition): Promise<DecayPage>;
}
