import type { AuditEntry } from '../audit/audit-entry.js';
import type { AuditLog } from '../audit/audit-log.port.js';
import type { ApiKeys } from './api-keys.port.js';

/** Most credentials, and most places that refused requests came from, of one entry each; the rest shares one. */
const MAX_APART = 1000;
/** Most namespaces that an entry names. */
const MAX_NAMED = 10;
const THE_REST = 'others';

/** What a use says for the log. */
export interface CredentialUse {
  readonly credentialId: string;
  readonly namespace: string;
  /** Whether it is an API key, whose last use is kept. */
  readonly isApiKey: boolean;
}

interface Counted {
  count: number;
  readonly first: Date;
  last: Date;
  readonly named: Set<string>;
  readonly isApiKey: boolean;
}

/**
 * Counts the uses of credentials and the requests that were refused, and notes them in batches: no request waits for it,
 * and a credential makes one entry in each period, however often it is used.
 */
export class CredentialUses {
  private uses = new Map<string, Counted>();
  private refusals = new Map<string, Counted>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: Pick<AuditLog, 'append'>,
    private readonly keys: Pick<ApiKeys, 'noteUses'>,
    private readonly periodMs: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  note({ credentialId, namespace, isApiKey }: CredentialUse): void {
    this.count(this.uses, credentialId, { named: namespace, isApiKey });
  }

  /** @param place where it came from, such as an address @param reason code of the error */
  noteRefusal(place: string, reason: string): void {
    this.count(this.refusals, place, { named: reason, isApiKey: false });
  }

  /** Writes what was counted. Never rejects; what cannot be written is kept for the next time. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(() => this.write()).catch(this.onError);
    await this.writing;
  }

  private async write(): Promise<void> {
    const { uses, refusals } = this;
    if (uses.size === 0 && refusals.size === 0) return;
    this.uses = new Map();
    this.refusals = new Map();
    try {
      const keyUses = [...uses].filter(([, { isApiKey }]) => isApiKey).map(([id, { last }]) => ({ id, at: last }));
      if (keyUses.length > 0) await this.keys.noteUses(keyUses);
      await this.log.append([
        ...[...uses].map(([id, counted]) => useEntry(id, counted)),
        ...[...refusals].map(([place, counted]) => refusalEntry(place, counted)),
      ]);
    } catch (error) {
      this.keep(uses, this.uses);
      this.keep(refusals, this.refusals);
      throw error;
    }
  }

  private keep(unwritten: ReadonlyMap<string, Counted>, into: Map<string, Counted>): void {
    for (const [id, counted] of unwritten) {
      const since = into.get(id);
      if (since) counted.last = since.last;
      into.set(id, since ? { ...counted, count: counted.count + since.count } : counted);
    }
    this.schedule();
  }

  private count(
    into: Map<string, Counted>,
    id: string,
    { named, isApiKey }: { named: string; isApiKey: boolean },
  ): void {
    const now = new Date();
    const name = into.has(id) || into.size < MAX_APART ? id : THE_REST;
    const known = into.get(name);
    if (known) {
      known.count += 1;
      known.last = now;
      if (known.named.size < MAX_NAMED) known.named.add(named);
    } else {
      into.set(name, { count: 1, first: now, last: now, named: new Set([named]), isApiKey: isApiKey && name === id });
    }
    this.schedule();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => void this.flush(), this.periodMs).unref();
  }
}

function useEntry(actor: string, { count, first, last, named }: Counted): AuditEntry {
  const details = { ...facts({ count, first, last }), namespaces: [...named].sort() };
  return { at: last, kind: 'use', actor, action: 'credential.use', namespace: null, details };
}

function refusalEntry(address: string, { count, first, last, named }: Counted): AuditEntry {
  const details = { ...facts({ count, first, last }), address, reasons: [...named].sort() };
  return { at: last, kind: 'refusal', actor: null, action: 'credential.refuse', namespace: null, details };
}

function facts({ count, first, last }: Pick<Counted, 'count' | 'first' | 'last'>) {
  return { requests: count, first_at: first.toISOString(), last_at: last.toISOString() };
}
