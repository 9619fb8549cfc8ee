import type { AllowedNamespaces, NamespacePrefix } from '../access/allowed-namespaces.js';
import { compareCodePoints } from '../model/filter.js';
import { toNamespace, type Namespace } from '../model/namespace.js';
import type { MemoryCatalog, MemoryCounts } from '../read/memory-catalog.port.js';
import type { NamespaceStore } from './namespace-store.port.js';

/** Names that one page looks at, whether there is anything under them or not. */
const LOOKED_AT = 200;

/** A namespace as it is. */
export interface NamespaceSummary {
  readonly namespace: Namespace;
  /** See `MemoryCatalog.counts`. */
  readonly counts: MemoryCounts;
  readonly links: number;
  /** As PostgreSQL stores them; of many memories an estimate by the newest. */
  readonly bytes: number;
  readonly newestAt: Date | null;
  readonly pending: number;
  readonly oldestPendingSeconds: number;
}

export interface NamespacePage {
  /** Ascending by name. */
  readonly namespaces: readonly NamespaceSummary[];
  /** Continue after this name; absent on the last page. */
  readonly next?: Namespace;
}

/** Tells which namespaces there are, and how much is in them. */
export class NamespaceCatalogService {
  constructor(
    private readonly store: Pick<NamespaceStore, 'names' | 'facts'>,
    private readonly catalog: Pick<MemoryCatalog, 'counts'>,
  ) {}

  /**
   * Returns a page of the namespaces that hold anything, of those allowed. A page looks at a bounded number of names, so it may
   * hold fewer than `limit`.
   *
   * @throws StoreUnavailableError
   */
  async list(
    allowed: AllowedNamespaces,
    { after, limit }: { readonly after?: Namespace; readonly limit: number },
  ): Promise<NamespacePage> {
    const names = await this.names(allowed, after);
    const found: NamespaceSummary[] = [];
    for (const [index, name] of names.entries()) {
      const summary = await this.summary(name);
      if (isInUse(summary)) found.push(summary);
      if (found.length === limit && index < names.length - 1) return { namespaces: found, next: name };
    }
    const last = names.at(-1);
    return names.length < LOOKED_AT || last === undefined ? { namespaces: found } : { namespaces: found, next: last };
  }

  /** Names to look at, ascending; of prefixes only names that begin so are read, and told. */
  private async names(allowed: AllowedNamespaces, after: Namespace | undefined): Promise<readonly Namespace[]> {
    if (allowed === '*') return this.store.names(after, LOOKED_AT);
    const names: Namespace[] = [];
    for (const one of allowed) {
      if (typeof one === 'string') names.push(one);
      else names.push(...(await this.beginningWith(one, after)));
    }
    return among(names, after);
  }

  private async beginningWith(
    { prefix }: NamespacePrefix,
    after: Namespace | undefined,
  ): Promise<readonly Namespace[]> {
    // A prefix is a name itself.
    const itself = toNamespace(prefix);
    const from = after !== undefined && compareCodePoints(after, itself) > 0 ? after : itself;
    const names = await this.store.names(from, LOOKED_AT);
    const others = names.findIndex((name) => !name.startsWith(prefix));
    return [itself, ...(others < 0 ? names : names.slice(0, others))];
  }

  /** Returns what is in a namespace, which may be nothing. @throws StoreUnavailableError */
  async summary(namespace: Namespace): Promise<NamespaceSummary> {
    const now = new Date();
    const [counts, facts] = await Promise.all([this.catalog.counts(namespace, now), this.store.facts(namespace, now)]);
    const { sampled, sampledBytes, links, newestAt, pending, oldestPendingSeconds } = facts;
    const isWhole = sampled >= counts.total || sampled === 0;
    const bytes = isWhole ? sampledBytes : Math.round((sampledBytes / sampled) * counts.total);
    return { namespace, counts, links, bytes, newestAt, pending, oldestPendingSeconds };
  }
}

function among(allowed: readonly Namespace[], after: Namespace | undefined): readonly Namespace[] {
  const sorted = [...new Set(allowed)].sort(compareCodePoints);
  return sorted.filter((name) => after === undefined || compareCodePoints(name, after) > 0).slice(0, LOOKED_AT);
}

function isInUse({ counts, links }: NamespaceSummary): boolean {
  return counts.total > 0 || links > 0;
}
