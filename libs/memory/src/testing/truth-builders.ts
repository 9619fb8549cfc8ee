import { randomUUID } from 'node:crypto';
import { contentHash } from '../model/content-hash.js';
import { coordinateKey, coordinateOfKey } from '../model/coordinate.js';
import type { ChangeFeed } from '../indexing/following/change-feed.port.js';
import type { ExpiredMemories } from '../forget/expired-memories.port.js';
import type { EventLedger, ForeignDelete, ForeignWrite } from '../indexing/events/event-ledger.port.js';
import type { Outbox } from '../indexing/relay/outbox.port.js';
import type { ProjectionSource } from '../indexing/projection/projection-source.port.js';
import type { JsonObject } from '../model/json.js';
import { stringifyJson } from '../model/json-number.js';
import type { EventRecord } from '../event-model/memory-event.js';
import type { AccessCounter } from '../read/access-counter.port.js';
import type { CoordinateSearch } from '../read/coordinate-search.port.js';
import type { KeywordSearch } from '../read/keyword-search.port.js';
import type { MemoryCatalog } from '../read/memory-catalog.port.js';
import type { MemoryReader } from '../read/memory-reader.port.js';
import type { PendingMemories } from '../index-model/pending-memories.port.js';
import type { WritePositions } from '../consistency/write-positions.port.js';
import type { PastMemories } from '../history/past-memories.port.js';
import type { MemoryHistory } from '../history/memory-history.port.js';
import type { ImportanceStates } from '../importance/importance-states.port.js';
import type { DecayingMemories } from '../lifecycle/ports/decaying-memories.port.js';
import type { LifecycleSchedule } from '../lifecycle/ports/lifecycle-schedule.port.js';
import type { RetainedMemories } from '../lifecycle/ports/retained-memories.port.js';
import type { RetentionPolicies } from '../lifecycle/ports/retention-policies.port.js';
import type { NamespaceStore } from '../namespaces/namespace-store.port.js';
import type { LinkReader } from '../links/ports/link-reader.port.js';
import type { LinkCommand, LinkWriter } from '../links/ports/link-writer.port.js';
import type { DeleteCommand, MemoryWriter, WriteCommand } from '../store/memory-writer.port.js';
import { toNamespace, type Namespace } from '../model/namespace.js';

/** Every port of one truth store, over the same data. */
export interface TruthAdapters {
  readonly writer: MemoryWriter;
  readonly reader: MemoryReader;
  readonly catalog: MemoryCatalog;
  readonly coordinates: CoordinateSearch;
  readonly keywords: KeywordSearch;
  readonly accesses: AccessCounter;
  readonly importances: ImportanceStates;
  readonly namespaces: NamespaceStore;
  readonly outbox: Outbox;
  readonly pending: PendingMemories;
  readonly projection: ProjectionSource;
  readonly feed: ChangeFeed;
  readonly ledger: EventLedger;
  readonly expired: ExpiredMemories;
  readonly history: MemoryHistory;
  readonly past: PastMemories;
  readonly positions: WritePositions;
  readonly lifecycle: {
    readonly schedule: LifecycleSchedule;
    readonly retained: RetainedMemories;
    readonly decaying: DecayingMemories;
    readonly policies: RetentionPolicies;
  };
  readonly links: { readonly writer: LinkWriter; readonly reader: LinkReader };
}

/** Gives the adapters under test; called inside each test, so the spec file may open them in `beforeAll`. */
export type TruthHarness = () => TruthAdapters;

/** A write that has not ended: others see nothing of it until it commits. */
export interface OpenWrite {
  write(commands: readonly WriteCommand[]): Promise<void>;
  commit(): Promise<void>;
  rollBack(): Promise<void>;
}

/** A ledger row, as far as adapters agree on it. */
export interface LedgerRow {
  readonly id: string;
  readonly eventId: string;
  readonly type: string;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly payload: JsonObject;
  readonly key: string | null;
  readonly coordinate: readonly number[] | null;
  readonly memoryType: string | null;
  readonly version: number | null;
  readonly importance: number | null;
  readonly contentHash: string | null;
}

/** What the suites of the ledger do beside its ports, as an operator or another process would. */
export interface LedgerAccess {
  begin(): Promise<OpenWrite>;
  /** The rows of a namespace in the order of the ledger. */
  rows(namespace: Namespace): Promise<readonly LedgerRow[]>;
  /** Takes the ledger back to an earlier state of itself, as a restore does; `mark` tells where it is now. */
  mark(): Promise<number>;
  rewindTo(mark: number): Promise<void>;
}

/** A namespace that no other test uses. */
export function freshNamespace(): Namespace {
  return toNamespace(`contract_${randomUUID()}`);
}

/** What a test says about a write; the rest follows from it. */
export type WriteDetails = Partial<Omit<WriteCommand, 'namespace' | 'key' | 'payloadJson' | 'contentHash'>>;

/** A write command with defaults: a semantic memory at (1, 2) that says "hello". */
export function aWrite(namespace: Namespace, details: WriteDetails = {}): WriteCommand {
  const { coordinate = [1, 2], type = 'semantic', payload = { text: 'hello' }, importance = null } = details;
  return {
    searchedText: typeof payload['text'] === 'string' ? payload['text'] : '',
    session: null,
    importanceNorm: 0,
    expiresAt: null,
    eventId: randomUUID(),
    ...details,
    namespace,
    coordinate,
    key: coordinateKey(coordinate),
    type,
    payload,
    payloadJson: stringifyJson(payload),
    importance,
    contentHash: contentHash(type, importance, payload),
  };
}

/** Writes memories into a namespace of their own, at (1), (2), … unless told otherwise, and returns it. */
export function storeInto(truth: TruthHarness): (...memories: WriteDetails[]) => Promise<Namespace> {
  return async (...memories) => {
    const namespace = freshNamespace();
    await truth().writer.write(
      memories.map((details, index) => aWrite(namespace, { coordinate: [index + 1], ...details })),
    );
    return namespace;
  };
}

export function aDeletion(namespace: Namespace, key: string): DeleteCommand {
  return { namespace, key, eventId: randomUUID() };
}

/** A write as another producer announced it: under an id of its own, half a minute ago. */
export function aForeignWrite(
  namespace: Namespace,
  { id = randomUUID(), ...details }: WriteDetails & { readonly id?: string } = {},
): ForeignWrite {
  const occurredAt = new Date(Date.now() - 30_000);
  return { ...aWrite(namespace, details), kind: 'write', id, eventId: randomUUID(), occurredAt };
}

/** A deletion as another producer announced it. */
export function aForeignDelete(namespace: Namespace, key: string, id: string = randomUUID()): ForeignDelete {
  const coordinate = coordinateOfKey(key);
  return { kind: 'delete', id, eventId: randomUUID(), occurredAt: new Date(), namespace, key, coordinate };
}

/** Takes everything out of an outbox and returns it in the order it was handed out. */
export async function drainAll(outbox: Outbox): Promise<EventRecord[]> {
  const taken: EventRecord[] = [];
  const takeAll = async (records: readonly EventRecord[]) => {
    taken.push(...records);
    return { published: records.map(({ event }) => event.event_id) };
  };
  while ((await outbox.drain(100, takeAll)) > 0);
  return taken;
}

/** Resolves when times have changed: they are kept to the millisecond. */
export async function nextMillisecond(): Promise<void> {
  const start = Date.now();
  while (Date.now() <= start + 1) await new Promise((resolve) => setImmediate(resolve));
}

export type LinkDetails = Partial<Pick<LinkCommand, 'type' | 'weight' | 'metadata' | 'eventId'>>;

/** A command with defaults: a link of type `related` that weighs 1, between coordinates of one dimension. */
export function aLink(
  { namespace, from, to }: { readonly namespace: Namespace; readonly from: number; readonly to: number },
  { metadata = {}, ...rest }: LinkDetails = {},
): LinkCommand {
  const end = (value: number) => ({ coordinate: [value], key: coordinateKey([value]) });
  return {
    namespace,
    from: end(from),
    to: end(to),
    type: 'related',
    weight: 1,
    eventId: randomUUID(),
    ...rest,
    metadata,
    metadataJson: stringifyJson(metadata),
  };
}
