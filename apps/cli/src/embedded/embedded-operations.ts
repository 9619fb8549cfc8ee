import type { MemorySystem } from '@sfm/composition';
import { CommandError, EXIT } from '../ending/exit-codes.js';
import type { Checks, EmbeddedOperations } from './operation.js';
import { linkOperations } from './link-operations.js';
import { memoryOperations } from './memory-operations.js';
import { namespaceOperations } from './namespace-operations.js';
import { readOperations } from './read-operations.js';

/** Answers what the routes of a service answer, from the same use cases and mapping. */
export function embeddedOperations(system: MemorySystem, checks: Checks): EmbeddedOperations {
  return {
    ...memoryOperations(system, checks),
    ...readOperations(system, checks),
    ...linkOperations(system, checks),
    ...namespaceOperations(system),
    createKey: noKeys,
    keys: noKeys,
    rotateKey: noKeys,
    revokeKey: noKeys,
  };
}

function noKeys(): Promise<never> {
  return Promise.reject(
    new CommandError(EXIT.unreachable, 'keys belong to a running service: start it, or name it with --url'),
  );
}
