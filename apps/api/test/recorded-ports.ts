import { randomUUID } from 'node:crypto';
import {
  AccessCounter,
  CoordinateSearch,
  distanceBetween,
  ImportanceStates,
  KeywordSearch,
  MemoryCatalog,
  MemoryHistory,
  MemoryReader,
  MemorySelection,
  MemoryWriter,
  NO_SAMPLES,
  PastMemories,
  WritePositions,
  type CoordinatePage,
  type CoordinateQuery,
  type DeleteCommand,
  type DeleteReceipt,
  type KnownImportances,
  type LedgerPlace,
  type LedgerVersion,
  type LedgerVersions,
  type VersionsQuery,
  type KeywordPage,
  type KeywordQuery,
  type ListPosition,
  type ListQuery,
  type Memory,
  type PastMoment,
  type PositionStanding,
  type WritePosition,
  type MemoryCounts,
  type MemoryOutline,
  type NearestQuery,
  type NearPlaces,
  type MemoryPage,
  type SelectionQuery,
  type RecallRequest,
  type RecallResult,
  type WriteCommand,
  type WriteReceipt,
  type Namespace,
} from '@sfm/memory';

/** A truth that keeps memories in a map and notes every call. */
export class RecordedTruth {
  readonly calls: string[] = [];
  readonly memories = new Map<string, Memory>();
  /** By namespace and key, oldest first. */
  readonly ledger = new Map<string, LedgerVersion[]>();
  readonly writer: MemoryWriter = new RecordingWriter(this);
  readonly reader: MemoryReader = new RecordingReader(this);
  readonly catalog: MemoryCatalog = new RecordingCatalog(this);
  readonly selection: MemorySelection = new RecordingSelection(this);
  readonly coordinates: CoordinateSearch = new RecordingCoordinateSearch(this);
  readonly positions = new RecordingPositions();
  readonly keywords: KeywordSearch = new RecordingKeywordSearch(this);
  readonly history: MemoryHistory = new RecordingHistory(this);
  readonly past: PastMemories = new RecordingPast(this);
  readonly accesses: AccessCounter = new UncountedAccesses();
  readonly importances: ImportanceStates = new NoImportances();
  /** What writes wait for. */
  hold: Promise<void> = Promise.resolve();
  /** Thrown by every call, when set. */
  failure: Error | undefined;
  private writeFailure: Error | undefined;
  /** Where searches by place or word say they ended early. */
  more: ListPosition | undefined;
  /** Arguments of the last read. */
  lastQuery: unknown;

  note(call: string, query?: unknown): void {
    this.calls.push(call);
    this.lastQuery = query;
    if (this.failure) throw this.failure;
  }

  append(place: string, change: Omit<LedgerVersion, 'version' | 'isForeign'>): void {
    const versions = this.ledger.get(place) ?? [];
    this.ledger.set(place, [...versions, { ...change, isForeign: false, version: versions.length + 1 }]);
  }

  /** Fails one write, as a conflict with another does. */
  failNextWrite(failure: Error): void {
    this.writeFailure = failure;
  }

  throwNextFailure(): void {
    const failure = this.writeFailure;
    this.writeFailure = undefined;
    if (failure) throw failure;
  }

  of(namespace: Namespace): Memory[] {
    return [...this.memories.values()].filter((memory) => memory.namespace === namespace);
  }
}

class RecordingWriter extends MemoryWriter {
  constructor(private readonly truth: RecordedTruth) {
    super();
  }

  async write(commands: readonly WriteCommand[]): Promise<readonly WriteReceipt[]> {
    this.truth.note('write', commands);
    this.truth.throwNextFailure();
    await this.truth.hold;
    return commands.map((command) => {
      const place = `${command.namespace}/${command.key}`;
      const known = this.truth.memories.get(place);
      const version = (known?.version ?? 0) + 1;
      const now = new Date('2026-03-01T10:00:00Z');
      const [id, createdAt] = [known?.id ?? this.truth.memories.size + 1, known?.createdAt ?? now];
      this.truth.memories.set(place, {
        ...command,
        id,
        version,
        createdAt,
        updatedAt: now,
        lastAccessedAt: null,
        accessCount: 0,
      });
      this.truth.append(place, { kind: known ? 'updated' : 'created', at: now, type: command.type, content: command });
      const receipt = { key: command.key, version, created: known === undefined, id, createdAtMs: createdAt.getTime() };
      const { given: position } = this.truth.positions;
      return position ? { ...receipt, position } : receipt;
    });
  }

  async delete(commands: readonly DeleteCommand[]): Promise<readonly DeleteReceipt[]> {
    this.truth.note('delete', commands);
    return commands
      .filter(({ namespace, key }) => this.truth.memories.delete(`${namespace}/${key}`))
      .map(({ namespace, key }) => {
        this.truth.append(`${namespace}/${key}`, { kind: 'deleted', at: new Date(), type: 'episodic', content: null });
        return { namespace, key, version: 2 };
      });
  }
}

class RecordingReader extends MemoryReader {
  constructor(private readonly truth: RecordedTruth) {
    super();
  }

  async findByKeys(namespace: Namespace, keys: readonly string[]): Promise<readonly Memory[]> {
    this.truth.note('findByKeys', keys);
    return keys.flatMap((key) => this.truth.memories.get(`${namespace}/${key}`) ?? []);
  }

  findOutlines(namespace: Namespace, keys: readonly string[]): Promise<readonly MemoryOutline[]> {
    return this.findByKeys(namespace, keys);
  }
}

class RecordingCatalog extends MemoryCatalog {
  constructor(private readonly truth: RecordedTruth) {
    super();
  }

  async list(namespace: Namespace, query: ListQuery): Promise<MemoryPage> {
    this.truth.note('list', query);
    const { after, limit } = query;
    const memories = this.truth.of(namespace).filter(({ id }) => id > (after?.id ?? 0));
    const last = memories[limit - 1];
    const more = memories.length > limit && last;
    return {
      memories: memories.slice(0, limit),
      ...(more ? { next: { createdAtMs: last.createdAt.getTime(), id: last.id } } : {}),
    };
  }

  async counts(namespace: Namespace | undefined): Promise<MemoryCounts> {
    this.truth.note('counts', namespace);
    const total = namespace === undefined ? this.truth.memories.size : this.truth.of(namespace).length;
    return { total, episodic: total, semantic: 0 };
  }
}

class RecordingSelection extends MemorySelection {
  constructor(private readonly truth: RecordedTruth) {
    super();
  }

  async recent(namespace: Namespace, query: SelectionQuery): Promise<readonly Memory[]> {
    return this.selected('recent', namespace, query).reverse().slice(0, query.limit);
  }

  async important(namespace: Namespace, query: SelectionQuery): Promise<readonly Memory[]> {
    const found = this.selected('important', namespace, query);
    return found.sort((a, b) => (b.importance ?? 0) - (a.importance ?? 0)).slice(0, query.limit);
  }

  async sample(namespace: Namespace, query: SelectionQuery): Promise<readonly Memory[]> {
    return this.selected('sample', namespace, query).slice(0, query.limit);
  }

  private selected(call: string, namespace: Namespace, query: SelectionQuery): Memory[] {
    this.truth.note(call, query);
    return this.truth.of(namespace).filter(({ type }) => query.type === undefined || type === query.type);
  }
}

class RecordingHistory extends MemoryHistory {
  constructor(private readonly truth: RecordedTruth) {
    super();
  }

  async page({ namespace, key }: LedgerPlace, { before = Infinity, limit }: VersionsQuery): Promise<LedgerVersions> {
    this.truth.note('history', key);
    const { versions, standing } = this.of(namespace, key);
    return { versions: versions.filter(({ version }) => version < before).slice(0, limit), standing };
  }

  async find({ namespace, key }: LedgerPlace, wanted: readonly number[]): Promise<LedgerVersions> {
    this.truth.note('versions', wanted);
    const { versions, standing } = this.of(namespace, key);
    return { versions: versions.filter(({ version }) => wanted.includes(version)), standing };
  }

  async knownAt({ namespace, key }: LedgerPlace, at: Date): Promise<LedgerVersions> {
    const { versions, standing } = this.of(namespace, key);
    return { versions: versions.filter((version) => version.at <= at).slice(0, 1), standing };
  }

  private of(namespace: Namespace, key: string): LedgerVersions {
    const place = `${namespace}/${key}`;
    const versions = [...(this.truth.ledger.get(place) ?? [])].reverse();
    const began = versions.find(({ kind }) => kind === 'created');
    const newest = versions[0];
    if (!newest || !began) return { versions, standing: undefined };
    const isLive = this.truth.memories.has(place);
    return { versions, standing: { version: newest.version, createdVersion: began.version, isLive } };
  }
}

/** Knows what is, as it began in March 2026. */
class RecordingPast extends PastMemories {
  constructor(private readonly truth: RecordedTruth) {
    super();
  }

  async beginning(): Promise<Date> {
    return new Date('2026-03-01T10:00:00Z');
  }

  async findByKeys(namespace: Namespace, keys: readonly string[], { at }: PastMoment): Promise<readonly Memory[]> {
    this.truth.note('findPast', { keys, at });
    return keys.flatMap((key) => this.truth.memories.get(`${namespace}/${key}`) ?? []);
  }

  async list(namespace: Namespace, query: ListQuery, { at }: PastMoment): Promise<MemoryPage> {
    this.truth.note('listPast', { query, at });
    return { memories: this.truth.of(namespace) };
  }
}

class RecordingCoordinateSearch extends CoordinateSearch {
  constructor(private readonly truth: RecordedTruth) {
    super();
  }

  async range(namespace: Namespace, query: CoordinateQuery): Promise<CoordinatePage> {
    this.truth.note('range', query);
    const coordinates = this.truth.of(namespace).map(({ coordinate }) => coordinate);
    return { coordinates, ...(this.truth.more ? { next: this.truth.more } : {}) };
  }

  async nearest(namespace: Namespace, query: NearestQuery): Promise<NearPlaces> {
    this.truth.note('nearest', query);
    const places = this.truth.of(namespace).map(({ key, coordinate }) => ({
      key,
      distance: distanceBetween(query.to, coordinate),
    }));
    return { places, isComplete: true };
  }
}

class RecordingKeywordSearch extends KeywordSearch {
  constructor(private readonly truth: RecordedTruth) {
    super();
  }

  async search(namespace: Namespace, query: KeywordQuery): Promise<KeywordPage> {
    this.truth.note('keywordSearch', query);
    return { memories: this.truth.of(namespace), ...(this.truth.more ? { next: this.truth.more } : {}) };
  }

  async among(namespace: Namespace): Promise<readonly Memory[]> {
    return this.truth.of(namespace);
  }
}

/** Sees every write unless told otherwise. */
class RecordingPositions extends WritePositions {
  standingOf: PositionStanding = 'seen';
  /** What the receipts of writes say, if anything. */
  given: WritePosition | undefined;
  readonly asked: WritePosition[] = [];
  private readonly waiting = new Map<number, () => void>();

  async newest(): Promise<WritePosition> {
    return { seq: 1, eventId: randomUUID() };
  }

  async standing(position: WritePosition): Promise<PositionStanding> {
    this.asked.push(position);
    this.waiting.get(this.asked.length)?.();
    return this.standingOf;
  }

  /** Resolves when it was asked so many times. */
  whenAsked(times: number): Promise<void> {
    return new Promise((resolve) => this.waiting.set(times, resolve));
  }
}

class UncountedAccesses extends AccessCounter {
  async touch(): Promise<void> {}
}

class NoImportances extends ImportanceStates {
  async read(): Promise<KnownImportances> {
    return { state: NO_SAMPLES, isLong: false };
  }

  async count(): Promise<void> {}

  async asOf(): Promise<undefined> {}

  async carry(): Promise<void> {}
}

/** Stands in for RecallService: notes requests, answers what it is told. */
export class RecordedRecall {
  readonly calls: string[] = [];
  readonly requests: { readonly namespace: Namespace; readonly request: RecallRequest; readonly at?: Date }[] = [];
  /** Stands in for PastRecallService. */
  readonly ofPast = {
    recall: async (namespace: Namespace, request: RecallRequest, at: Date): Promise<RecallResult> => {
      this.calls.push('recallPast');
      this.requests.push({ namespace, request, at });
      return this.result;
    },
  };
  result: RecallResult = { hits: [], degraded: [] };
  failure: Error | undefined;
  /** Before it answers. */
  work: (request: RecallRequest) => Promise<unknown> = async () => undefined;

  async recall(namespace: Namespace, request: RecallRequest): Promise<RecallResult> {
    this.calls.push('recall');
    this.requests.push({ namespace, request });
    if (this.failure) throw this.failure;
    await this.work(request);
    return this.result;
  }

  get lastRequest(): RecallRequest | undefined {
    return this.requests.at(-1)?.request;
  }
}
