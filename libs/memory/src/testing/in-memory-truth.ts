import { identityOf } from '../model/coordinate-identity.js';
import { NamespaceBusyError } from '../model/errors.js';
import { ChangeFeed, type FeedPosition } from '../indexing/following/change-feed.port.js';
import { toSearchedContent } from '../index-model/index-point-factory.js';
import {
  ProjectionSource,
  type IndexedMark,
  type ProjectionRow,
  type SearchedRow,
} from '../indexing/projection/projection-source.port.js';
import { contentHash } from '../model/content-hash.js';
import { coordinateKey, coordinateOfKey } from '../model/coordinate.js';
import type { JsonObject } from '../model/json.js';
import { DerivedTables, type DerivedText, type LinkId } from '../verify/ports/derived-tables.port.js';
import { NamespaceLock } from '../verify/ports/namespace-lock.port.js';
import {
  TruthAudit,
  type AuditedCoordinate,
  type AuditedDeadLetter,
  type DisputedLink,
} from '../verify/ports/truth-audit.port.js';
import { aMemory } from './memory-builder.js';
import type { Namespace } from '../model/namespace.js';

export interface TruthRow {
  readonly namespace: Namespace;
  readonly key: string;
  coordinate: number[];
  version: number;
  indexedVersion: number;
  payload: JsonObject | null;
  searchedText: string;
  contentHash: string | null;
  embedding: { space: string; vector: Float32Array } | null;
  ageSeconds: number;
}

export interface TruthEvent {
  readonly eventId: string;
  readonly namespace: Namespace;
  readonly key: string;
  readonly version: number;
  type: string;
  contentHash: string | null;
  payload: JsonObject | null;
}

interface Position extends FeedPosition {
  readonly seen: number;
}

/** What nobody bends in these tests. */
const CREATED = { id: 1, createdVersion: 1, createdAtMs: 1000, updatedAtMs: 1000, expiresAtMs: null };

const idOf = (namespace: Namespace, key: string) => identityOf({ namespace, key });

/** A truth store in memory: rows, ledger and links that a test writes and bends. */
export class InMemoryTruth {
  readonly rows = new Map<string, TruthRow>();
  readonly events: TruthEvent[] = [];
  readonly links: ({ readonly namespace: Namespace } & LinkId)[] = [];
  readonly disputed: DisputedLink[] = [];
  readonly registered = new Set<Namespace>();
  readonly deadLetters: AuditedDeadLetter[] = [];
  /** Ledger rows that made no version. */
  unversioned = 0;
  /** What the hashes of the ledger rows of any coordinate say. */
  proofs = { altered: [] as number[], unlinked: [] as number[], unhashed: 0 };
  /** Called before each batch that a scan gives. */
  beforeBatch: () => void | Promise<void> = () => {};

  write(namespace: Namespace, key: string, payload: JsonObject = { text: `memory ${key}` }): TruthRow {
    return this.change(namespace, key, payload);
  }

  delete(namespace: Namespace, key: string): TruthRow {
    return this.change(namespace, key, null);
  }

  row(namespace: Namespace, key: string): TruthRow {
    const row = this.rows.get(idOf(namespace, key));
    if (!row) throw new Error(`no row ${key}`);
    return row;
  }

  private change(namespace: Namespace, key: string, payload: JsonObject | null): TruthRow {
    const known = this.rows.get(idOf(namespace, key));
    const version = (known?.version ?? 0) + 1;
    const hash = payload && contentHash('semantic', null, payload);
    const row: TruthRow = {
      namespace,
      key,
      coordinate: coordinateOfKey(key),
      version,
      indexedVersion: known?.indexedVersion ?? 0,
      payload,
      searchedText: typeof payload?.['text'] === 'string' ? payload['text'] : '',
      contentHash: hash,
      embedding: null,
      ageSeconds: 1,
    };
    this.rows.set(idOf(namespace, key), row);
    const type = payload === null ? 'deleted' : version === 1 ? 'created' : 'updated';
    const eventId = `event ${this.events.length + 1}`;
    this.events.push({ eventId, namespace, key, version, type, contentHash: hash, payload });
    this.registered.add(namespace);
    return row;
  }
}

export class InMemoryTruthAudit extends TruthAudit {
  constructor(private readonly truth: InMemoryTruth) {
    super();
  }

  async namespaces() {
    const { rows, events, registered } = this.truth;
    const names = new Set([...registered, ...[...rows.values(), ...events].map(({ namespace }) => namespace)]);
    return [...names].sort().map((name) => ({ name, isRegistered: registered.has(name) }));
  }

  async totals(namespace: Namespace) {
    const count = (items: Iterable<{ readonly namespace: Namespace }>) =>
      [...items].filter((item) => item.namespace === namespace).length;
    const { rows, events, links } = this.truth;
    return { rows: count(rows.values()), events: count(events), links: count(links) };
  }

  async *scan(namespace: Namespace, batchSize: number) {
    const keys = new Set(
      [...this.truth.rows.values(), ...this.truth.events]
        .filter((item) => item.namespace === namespace)
        .map(({ key }) => key),
    );
    const sorted = [...keys].sort();
    for (let from = 0; from < sorted.length; from += batchSize) {
      await this.truth.beforeBatch();
      yield await this.read(namespace, sorted.slice(from, from + batchSize));
    }
  }

  async read(namespace: Namespace, keys: readonly string[]) {
    return keys.flatMap((key) => {
      const found = this.audited(namespace, key);
      return found.row || found.ledger ? [found] : [];
    });
  }

  async unversionedEvents() {
    return { count: this.truth.unversioned, unhashed: 0, altered: [] };
  }

  async deadLetters() {
    return { events: this.truth.deadLetters.slice(0, 1), count: this.truth.deadLetters.length };
  }

  async *scanLinks() {
    if (this.truth.disputed.length > 0) yield this.truth.disputed;
  }

  private audited(namespace: Namespace, key: string): AuditedCoordinate {
    const row = this.truth.rows.get(idOf(namespace, key));
    const events = this.truth.events
      .filter((event) => event.namespace === namespace && event.key === key)
      .sort((a, b) => a.version - b.version);
    const newest = events.at(-1);
    const versions = new Set(events.map(({ version }) => version));
    return {
      namespace,
      key,
      row: row
        ? {
            ...row,
            ...CREATED,
            isDeleted: row.payload === null,
            deletedAtMs: row.payload === null ? CREATED.updatedAtMs : null,
            session: null,
            type: 'semantic',
            importance: null,
            importanceNorm: 0,
          }
        : null,
      ledger: newest
        ? {
            events: events.length,
            lowest: events[0]?.version ?? 0,
            isBeginning: events[0]?.version === 1,
            newest: {
              version: newest.version,
              type: newest.type,
              memoryType: 'semantic',
              coordinate: coordinateOfKey(newest.key),
              payload: newest.payload ?? {},
              importance: null,
              importanceNorm: 0,
              contentHash: newest.contentHash,
              ...CREATED,
              memoryId: CREATED.id,
            },
            ...this.truth.proofs,
            missing: Array.from({ length: newest.version }, (_, index) => index + 1).filter((v) => !versions.has(v)),
          }
        : null,
    };
  }
}

export class InMemoryProjectionSource extends ProjectionSource {
  constructor(private readonly truth: InMemoryTruth) {
    super();
  }

  async rows(keys: readonly { readonly namespace: Namespace; readonly key: string }[]) {
    return keys.flatMap(({ namespace, key }) => {
      const row = this.truth.rows.get(idOf(namespace, key));
      return row ? [toProjectionRow(row)] : [];
    });
  }

  async markIndexed(marks: readonly IndexedMark[]) {
    const late: { namespace: Namespace; key: string }[] = [];
    for (const { namespace, key, version, embedding, removedFrom } of marks) {
      const row = this.truth.rows.get(idOf(namespace, key));
      if (!row) continue;
      if (row.indexedVersion > version || row.indexedVersion !== (removedFrom ?? row.indexedVersion))
        late.push({ namespace, key });
      row.indexedVersion = Math.min(Math.max(row.indexedVersion, version), row.version);
      if (embedding && row.version === version) row.embedding = embedding;
    }
    return late;
  }

  async *scanIndexed(batchSize: number) {
    yield* this.batches((row) => row.payload !== null && row.indexedVersion >= row.version, batchSize);
  }

  async searchedRows(keys: readonly { readonly namespace: Namespace; readonly key: string }[]) {
    return (await this.rows(keys)).map(toSearchedRow);
  }

  async *scanSearched(batchSize: number) {
    for await (const rows of this.batches((row) => row.payload !== null, batchSize)) yield rows.map(toSearchedRow);
  }

  async *scanNamespace(namespace: Namespace, batchSize: number) {
    yield* this.batches((row) => row.namespace === namespace && row.payload !== null, batchSize);
  }

  async reopen(keys: readonly { readonly namespace: Namespace; readonly key: string }[]) {
    for (const { namespace, key } of keys) {
      const row = this.truth.rows.get(idOf(namespace, key));
      if (row) row.indexedVersion = 0;
    }
  }

  async extent() {
    const live = [...this.truth.rows.values()].flatMap(({ payload }) => (payload === null ? [] : [payload]));
    const bytes = live.reduce((sum, payload) => sum + Buffer.byteLength(JSON.stringify(payload)), 0);
    return { memories: live.length, payloadBytes: live.length === 0 ? 0 : bytes / live.length };
  }

  async countUnindexed() {
    return [...this.truth.rows.values()].filter((row) => row.indexedVersion < row.version).length;
  }

  async oldestUnindexedAgeSeconds() {
    return 0;
  }

  private async *batches(isWanted: (row: TruthRow) => boolean, batchSize: number) {
    const keys = [...this.truth.rows.keys()].sort();
    for (let from = 0; from < keys.length; from += batchSize) {
      await this.truth.beforeBatch();
      const rows = keys.slice(from, from + batchSize).map((key) => this.truth.rows.get(key));
      yield rows.flatMap((row) => (row && isWanted(row) ? [toProjectionRow(row)] : []));
    }
  }
}

export class InMemoryDerivedTables extends DerivedTables {
  constructor(private readonly truth: InMemoryTruth) {
    super();
  }

  async danglingLinks(namespace: Namespace) {
    const lives = (key: string) => (this.truth.rows.get(idOf(namespace, key))?.payload ?? null) !== null;
    return this.truth.links.filter((link) => link.namespace === namespace && !(lives(link.from) && lives(link.to)));
  }

  async removeDanglingLinks(namespace: Namespace, links: readonly LinkId[]) {
    const dangling = await this.danglingLinks(namespace);
    const doomed = dangling.filter(({ from, to, type }) =>
      links.some((link) => link.from === from && link.to === to && link.type === type),
    );
    for (const link of doomed) this.truth.links.splice(this.truth.links.indexOf(link), 1);
    return doomed.length;
  }

  async rewriteTexts(namespace: Namespace, texts: readonly DerivedText[]) {
    for (const { key, version, searchedText } of texts) {
      const row = this.truth.rows.get(idOf(namespace, key));
      if (row?.version === version) Object.assign(row, { searchedText, embedding: null, indexedVersion: 0 });
    }
  }

  async register(namespace: Namespace) {
    this.truth.registered.add(namespace);
  }
}

export class InMemoryChangeFeed extends ChangeFeed {
  isReset = false;

  constructor(private readonly truth: InMemoryTruth) {
    super();
  }

  async now(): Promise<Position> {
    return { kind: 'feed position', seen: this.truth.events.length };
  }

  async since(position: FeedPosition, limit: number) {
    const { seen } = position as Position;
    const changes = this.truth.events.slice(seen, seen + limit);
    const next: Position = { kind: 'feed position', seen: seen + changes.length };
    return { changes, position: next, isCaughtUp: changes.length < limit, isReset: this.isReset };
  }
}

export class InMemoryNamespaceLock extends NamespaceLock {
  readonly held = new Map<string, AbortController>();

  async hold<T>(namespace: Namespace, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.held.has(namespace)) throw new NamespaceBusyError(namespace);
    const controller = new AbortController();
    this.held.set(namespace, controller);
    try {
      return await work(controller.signal);
    } finally {
      this.held.delete(namespace);
    }
  }
}

function toSearchedRow({ namespace, key, version, memory, ...searched }: ProjectionRow): SearchedRow {
  return { namespace, key, version, content: memory && toSearchedContent(memory, searched) };
}

function toProjectionRow(row: TruthRow): ProjectionRow {
  const { namespace, key, version, indexedVersion, payload, searchedText, embedding } = row;
  const content = { namespace, key, coordinate: row.coordinate, payload: payload ?? {}, version } as const;
  const memory =
    payload && aMemory({ ...content, type: 'semantic', id: CREATED.id, createdAt: new Date(CREATED.createdAtMs) });
  const identity = { namespace, key: coordinateKey(row.coordinate), version };
  return { ...identity, indexedVersion, memory, searchedText, session: null, embedding };
}
