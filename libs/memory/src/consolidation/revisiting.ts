import type { MemoryHistory } from '../history/memory-history.port.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import { isValid, validOf } from '../model/validity.js';
import type { MemoryReader } from '../read/memory-reader.port.js';
import type { MemorySelection } from '../read/memory-selection.port.js';
import { isConsolidated, isOutliving, keysOfSources, outlivingContent } from './consolidated-memory.js';
import type { PlannedCluster } from './planned-cluster.js';

export interface RevisitingPorts {
  readonly memories: Pick<MemoryReader, 'findByKeys'>;
  readonly selection: Pick<MemorySelection, 'sample'>;
  readonly history: Pick<MemoryHistory, 'page'>;
}

/** Semantic memories that one run looks at again: all where there are no more, otherwise others each time. */
const REVISITED = 200;
const PAGE = 200;

/**
 * Finds consolidated memories that nothing leads to any more, because no memory that they are made of is there or holds. A run
 * comes to any other by its sources.
 */
export class Revisiting {
  constructor(private readonly ports: RevisitingPorts) {}

  /** @param seen keys of the memories that the run has come to */
  async plan(namespace: Namespace, seen: ReadonlySet<string>): Promise<readonly PlannedCluster[]> {
    const sample = await this.ports.selection.sample(namespace, { type: 'semantic', limit: REVISITED }, new Date());
    const unseen = sample.filter((memory) => isConsolidated(memory) && !seen.has(memory.key));
    const sources = await this.living(namespace, unseen.flatMap(keysOfSources));
    const planned: PlannedCluster[] = [];
    for (const memory of unseen.sort(byAge)) {
      const state = await this.stateOf(namespace, memory, sources);
      if (state === undefined) continue;
      const { key, coordinate, version: priorVersion } = memory;
      planned.push({
        key,
        coordinate,
        state,
        by: [],
        sources: [],
        content: outlivingContent(memory),
        priorVersion,
        unlinked: [],
      });
    }
    return planned;
  }

  /** Undefined for what is to stay as it is. */
  private async stateOf(namespace: Namespace, memory: Memory, sources: ReadonlyMap<string, Memory>) {
    const keys = keysOfSources(memory);
    const { valid } = validOf({}, new Date());
    const living = keys.flatMap((key) => sources.get(key) ?? []);
    if (living.some(({ validity }) => isValid(validity, valid))) return undefined;
    if (living.length > 0) return 'orphaned';
    if (isOutliving(memory)) return undefined;
    return (await this.someWereDeleted(namespace, keys)) ? 'orphaned' : 'outlived';
  }

  /** A deletion by a caller takes what quotes the memory along, one by another producer's event does not, nor does a rule. */
  private async someWereDeleted(namespace: Namespace, keys: readonly string[]): Promise<boolean> {
    for (const key of keys) {
      const { versions } = await this.ports.history.page({ namespace, key }, { limit: 1 }, new Date());
      if (versions[0]?.kind === 'deleted' && versions[0].isForeign) return true;
    }
    return false;
  }

  private async living(namespace: Namespace, keys: readonly string[]): Promise<ReadonlyMap<string, Memory>> {
    const wanted = [...new Set(keys)];
    const found = new Map<string, Memory>();
    for (let start = 0; start < wanted.length; start += PAGE) {
      const page = wanted.slice(start, start + PAGE);
      for (const memory of await this.ports.memories.findByKeys(namespace, page, new Date())) {
        found.set(memory.key, memory);
      }
    }
    return found;
  }
}

function byAge(one: Memory, other: Memory): number {
  return one.createdAt.getTime() - other.createdAt.getTime() || one.id - other.id;
}
