import type { MemorySystem } from '@sfm/composition';
import {
  AuthorizedPast,
  AuthorizedRecall,
  AuthorizedWrites,
  describeError,
  NewMemoryBatchSchema,
  NewMemorySchema,
  readShape,
  RecallBodySchema,
  recalledView,
  toNewMemory,
  toRecallRequest,
  type RequestLimits,
} from '@sfm/edge';
import { coordinateKey, MemoryNotFoundError, type NewMemory, type Principal, type StoreOutcome } from '@sfm/memory';
import type { Checks, EmbeddedOperations } from './operation.js';

/** Memories that are written and recalled. */
export function memoryOperations(
  { store, amend, forget, recall, past, pastRecall }: MemorySystem,
  { limits }: Checks,
): Pick<EmbeddedOperations, 'store' | 'storeEach' | 'recall' | 'remove'> {
  const writes = new AuthorizedWrites(store, amend, forget);
  const recaller = new AuthorizedRecall(recall);
  const pasts = new AuthorizedPast(past, pastRecall);
  return {
    store: async (principal, { body }) => {
      const memory = toNewMemory(readShape(NewMemorySchema, body), limits);
      const { version, created } = await writes.store(principal, memory);
      return { coordinate: memory.coordinate, version, created };
    },
    storeEach: async (principal, { body }) => {
      const { memories } = readShape(NewMemoryBatchSchema, body);
      limits.count(memories.length, limits.bounds.maxBulkItems, 'memories');
      return storeEach({ writes, limits, principal }, memories);
    },
    recall: async (principal, { body }) => {
      const asked = readShape(RecallBodySchema, body);
      const request = toRecallRequest(asked, limits);
      const { as_known_at: at } = asked;
      return recalledView(
        at === undefined
          ? await recaller.recall(principal, request)
          : await pasts.recallKnownAt(principal, request, new Date(at)),
      );
    },
    remove: async (principal, { place }) => {
      const coordinate = limits.coordinate(place ?? '', 'coordinate');
      const deleted = await writes.forget(principal, [coordinate]);
      if (deleted === 0) throw new MemoryNotFoundError(principal.namespace, coordinateKey(coordinate));
      return {};
    },
  };
}

interface Batch {
  readonly writes: AuthorizedWrites;
  readonly limits: RequestLimits;
  readonly principal: Principal;
}

async function storeEach({ writes, limits, principal }: Batch, bodies: readonly unknown[]): Promise<object> {
  const attempts = bodies.map((body): { readonly memory: NewMemory } | { readonly error: Error } => {
    try {
      return { memory: toNewMemory(readShape(NewMemorySchema, body), limits) };
    } catch (error) {
      return { error: error instanceof Error ? error : new Error(String(error)) };
    }
  });
  const accepted = attempts.flatMap((attempt) => ('memory' in attempt ? [attempt.memory] : []));
  const outcomes = (await writes.storeEach(principal, accepted))[Symbol.iterator]();
  const results = attempts.map((attempt, index) => {
    const outcome: StoreOutcome =
      'error' in attempt ? attempt : (outcomes.next().value ?? { error: new Error('no outcome') });
    if ('stored' in outcome) return { index, version: outcome.stored.version };
    const { code, message } = describeError(outcome.error);
    return { index, error: { code, detail: message } };
  });
  const failed = results.filter((result) => 'error' in result).length;
  return { stored: results.length - failed, failed, results };
}
