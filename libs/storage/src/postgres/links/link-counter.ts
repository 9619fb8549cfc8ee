import { whileWanted, withinNamespaces, withoutBudget, type Namespace } from '@sfm/memory';
import { LRUCache } from 'lru-cache';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** A count is used for this many times as long as it took, so that counting never takes more than a small part of the time. */
const REST_FACTOR = 20;
const MAX_NAMESPACES = 1000;

interface Count {
  readonly running: Promise<number>;
  usableUntilMs: number;
}

/** Counts links along an index, once for all who ask meanwhile. */
export class LinkCounter {
  private readonly counts = new LRUCache<string, Count>({ max: MAX_NAMESPACES });

  constructor(private readonly database: PostgresDatabase) {}

  /** See `LinkReader.count`. */
  async count(namespace: Namespace | undefined): Promise<number> {
    const known = this.counts.get(namespace ?? '');
    const usable = known && performance.now() < known.usableUntilMs ? known : this.start(namespace);
    return whileWanted(usable.running);
  }

  private start(namespace: Namespace | undefined): Count {
    const start = performance.now();
    const count: Count = {
      running: withoutBudget(() =>
        withinNamespaces(namespace === undefined ? '*' : [namespace], () => this.countAll(namespace)),
      ),
      usableUntilMs: Infinity,
    };
    this.counts.set(namespace ?? '', count);
    const rest = () => (count.usableUntilMs = performance.now() + REST_FACTOR * (performance.now() - start));
    count.running.then(rest, () => (count.usableUntilMs = 0));
    return count;
  }

  private async countAll(namespace: Namespace | undefined): Promise<number> {
    const [row] = await this.database.query<{ links: number }>({
      text: `SELECT count(*)::float8 AS links FROM memory_links ${namespace === undefined ? '' : 'WHERE namespace = $1'}`,
      values: namespace === undefined ? [] : [namespace],
    });
    return row?.links ?? 0;
  }
}
