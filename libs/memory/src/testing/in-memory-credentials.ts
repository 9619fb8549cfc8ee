import { EMPTY_CHAIN, sealEntries, type AuditHead, type SealedEntry } from '../audit/audit-chain.js';
import { actEntry, type AuditedAct, type AuditEntry } from '../audit/audit-entry.js';
import { AuditLog } from '../audit/audit-log.port.js';
import { MAX_API_KEYS, type ApiKey, type FoundKey, type NewApiKey } from '../credentials/api-key.js';
import type { StoredSecret } from '../credentials/api-key-secret.js';
import { ApiKeys, type KeyUse } from '../credentials/api-keys.port.js';

/** The audit log in a list. */
export class InMemoryAuditLog extends AuditLog {
  readonly entries: SealedEntry[] = [];

  append(entries: readonly AuditEntry[]): Promise<void> {
    this.entries.push(...sealEntries(this.entries.at(-1) ?? EMPTY_CHAIN, entries));
    return Promise.resolve();
  }

  page(afterSeq: number, limit: number): Promise<readonly SealedEntry[]> {
    return Promise.resolve(this.entries.slice(afterSeq, afterSeq + limit));
  }

  head(): Promise<AuditHead> {
    const { seq, hash } = this.entries.at(-1) ?? EMPTY_CHAIN;
    return Promise.resolve({ seq, hash });
  }
}

interface Kept {
  key: ApiKey;
  hash: Buffer;
}

/** API keys in a map, whose changes are noted in a log. */
export class InMemoryApiKeys extends ApiKeys {
  /** How often keys were looked up by prefixes. */
  lookups = 0;
  /** Thrown by look-ups while it is there. */
  failure: Error | undefined;
  private readonly kept = new Map<string, Kept>();

  constructor(
    readonly log: InMemoryAuditLog = new InMemoryAuditLog(),
    private readonly now: () => number = Date.now,
  ) {
    super();
  }

  async create(key: NewApiKey, { prefix, hash }: StoredSecret, act: AuditedAct): Promise<ApiKey | undefined> {
    if ([...this.kept.values()].filter((one) => !one.key.revokedAt).length >= MAX_API_KEYS) return undefined;
    const never = { rotatedAt: null, lastUsedAt: null, revokedAt: null };
    const made = { ...key, ...never, prefix, createdAt: new Date(this.now()) };
    this.kept.set(key.id, { key: made, hash });
    await this.note(act);
    return made;
  }

  list(after: string | undefined, limit: number): Promise<readonly ApiKey[]> {
    const ids = [...this.kept.keys()].sort().filter((id) => after === undefined || id > after);
    return Promise.resolve(ids.slice(0, limit).flatMap((id) => this.kept.get(id)?.key ?? []));
  }

  find(id: string): Promise<ApiKey | undefined> {
    return Promise.resolve(this.kept.get(id)?.key);
  }

  async rotate(id: string, { prefix, hash }: StoredSecret, act: AuditedAct): Promise<ApiKey | undefined> {
    return this.change(id, { prefix, rotatedAt: new Date(this.now()) }, act, hash);
  }

  async revoke(id: string, act: AuditedAct): Promise<ApiKey | undefined> {
    return this.change(id, { revokedAt: new Date(this.now()) }, act);
  }

  async findByPrefixes(prefixes: readonly string[]): Promise<readonly FoundKey[]> {
    this.lookups += 1;
    await Promise.resolve();
    if (this.failure) throw this.failure;
    return [...this.kept.values()]
      .filter(({ key }) => prefixes.includes(key.prefix))
      .map(({ key, hash }) => ({ key, hash, remainingMs: key.expiresAt && key.expiresAt.getTime() - this.now() }));
  }

  noteUses(uses: readonly KeyUse[]): Promise<void> {
    for (const { id, at } of uses) {
      const kept = this.kept.get(id);
      if (kept && (kept.key.lastUsedAt ?? at) <= at) kept.key = { ...kept.key, lastUsedAt: at };
    }
    return Promise.resolve();
  }

  private async change(
    id: string,
    change: Partial<ApiKey>,
    act: AuditedAct,
    hash?: Buffer,
  ): Promise<ApiKey | undefined> {
    const kept = this.kept.get(id);
    if (!kept || kept.key.revokedAt) return undefined;
    kept.key = { ...kept.key, ...change };
    if (hash) kept.hash = hash;
    await this.note(act);
    return kept.key;
  }

  private note(act: AuditedAct): Promise<void> {
    return this.log.append([actEntry(act, new Date(this.now()))]);
  }
}
