import { MicroBatcher, type ApiKeys, type FoundKey } from '@sfm/memory';
import { LRUCache } from 'lru-cache';

/** Most keys that are kept in memory; the least recently used one is looked up again beyond it. */
const MAX_KEPT = 10_000;
/** One look-up at a time, of many keys: whoever sends made-up keys costs no more than that. */
const LOOKING_UP = { maxBatch: 500, maxInFlight: 1, maxQueued: 5000 };

/** A key with what was known of it when it was looked up. */
interface KeptKey extends FoundKey {
  /** Monotonic clock, milliseconds. */
  readonly foundAtMs: number;
}

/** How a key stands now. */
export interface CurrentKey extends FoundKey {
  readonly state: 'usable' | 'revoked' | 'expired';
}

/**
 * Knows keys by the prefixes of their secrets, so that a request costs no query: what was found is kept for `freshMs`,
 * which is the longest that a revoked key goes on in this process. Expiry follows the clock of the store, whatever the clock of
 * this machine says.
 */
export class ApiKeyRing {
  private readonly kept = new LRUCache<string, KeptKey>({ max: MAX_KEPT });
  private readonly lookups: MicroBatcher<string, KeptKey | null>;

  constructor(
    private readonly keys: Pick<ApiKeys, 'findByPrefixes'>,
    private readonly freshMs: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.lookups = new MicroBatcher((prefixes) => this.lookUp(prefixes), LOOKING_UP);
  }

  /** Undefined when there is no such key. @throws StoreUnavailableError; RequestEndedError */
  async find(prefix: string): Promise<CurrentKey | undefined> {
    const kept = this.kept.get(prefix);
    const isFresh = kept !== undefined && this.nowMs() - kept.foundAtMs < this.freshMs;
    const key = isFresh ? kept : await this.lookups.submit(prefix);
    return key ? { ...key, state: this.stateOf(key) } : undefined;
  }

  private stateOf({ key, remainingMs, foundAtMs }: KeptKey): CurrentKey['state'] {
    if (key.revokedAt !== null) return 'revoked';
    return remainingMs !== null && this.nowMs() - foundAtMs >= remainingMs ? 'expired' : 'usable';
  }

  private async lookUp(prefixes: readonly string[]): Promise<readonly (KeptKey | null)[]> {
    // From before the look-up: nothing is kept longer than the bound says.
    const foundAtMs = this.nowMs();
    const found = await this.keys.findByPrefixes([...new Set(prefixes)]);
    const byPrefix = new Map(found.map((one) => [one.key.prefix, { ...one, foundAtMs }]));
    for (const prefix of prefixes) {
      const key = byPrefix.get(prefix);
      if (key) this.kept.set(prefix, key);
      else this.kept.delete(prefix);
    }
    return prefixes.map((prefix) => byPrefix.get(prefix) ?? null);
  }
}
