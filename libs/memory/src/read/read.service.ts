import { fitting } from '../attempts/smaller-parts.js';
import { InvalidRequestError, MemoryNotFoundError } from '../model/errors.js';
import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import type { Memory } from '../model/memory.js';
import { checkFilter } from '../model/filter-bounds.js';
import { checkText } from '../model/payload.js';
import type { AccessRecorder } from './access-recorder.js';
import type { CoordinatePage, CoordinateQuery, CoordinateSearch } from './coordinate-search.port.js';
import type { KeywordPage, KeywordQuery, KeywordSearch } from './keyword-search.port.js';
import type { ListQuery, MemoryCatalog, MemoryCounts, MemoryPage } from './memory-catalog.port.js';
import type { MemoryReader } from './memory-reader.port.js';
import type { Namespace } from '../model/namespace.js';
import { validOf, type Reading } from '../model/validity.js';

/** Reads memories by identity, page, coordinate range and keyword. */
export class ReadService {
  constructor(
    private readonly memories: Pick<MemoryReader, 'findByKeys'>,
    private readonly catalog: MemoryCatalog,
    private readonly coordinates: CoordinateSearch,
    private readonly keywords: KeywordSearch,
    private readonly accesses: AccessRecorder,
  ) {}

  /** @throws MemoryNotFoundError when nothing lives at the coordinate. */
  async get(namespace: Namespace, coordinate: Coordinate): Promise<Memory> {
    const key = coordinateKey(coordinate);
    const [memory] = await this.memories.findByKeys(namespace, [key], new Date());
    if (!memory) throw new MemoryNotFoundError(namespace, key);
    const counted = this.counted(memory);
    this.accesses.record(namespace, [key]);
    return counted;
  }

  /** Returns the memories at the given coordinates, in the order requested, absent ones left out. */
  async getMany(namespace: Namespace, coordinates: readonly Coordinate[]): Promise<readonly Memory[]> {
    const keys = coordinates.map(coordinateKey);
    const found = await this.memories.findByKeys(namespace, [...new Set(keys)], new Date());
    const byKey = new Map(found.map((memory) => [memory.key, this.counted(memory)]));
    this.accesses.record(namespace, [...byKey.keys()]);
    return keys.flatMap((key) => byKey.get(key) ?? []);
  }

  /** Adds the read before, which is recorded in the background, so that a client sees it on its next read. */
  private counted(memory: Memory): Memory {
    const isWaiting = this.accesses.isWaiting(memory.namespace, memory.key);
    return isWaiting ? { ...memory, accessCount: memory.accessCount + 1 } : memory;
  }

  /**
   * Lists memories that are valid, by default at present.
   *
   * @throws InvalidRequestError for a filter beyond `FILTER_BOUNDS`.
   */
  async list(namespace: Namespace, query: Reading<ListQuery>): Promise<MemoryPage> {
    checkFilter(query.filter);
    const now = new Date();
    const asked = { ...query, ...validOf(query, now) };
    return fitting(query.limit, (limit) => this.catalog.list(namespace, { ...asked, limit }, now));
  }

  /** As `list`, for coordinates. */
  range(namespace: Namespace, query: Reading<CoordinateQuery>): Promise<CoordinatePage> {
    const now = new Date();
    return this.coordinates.range(namespace, { ...query, ...validOf(query, now) }, now);
  }

  /** As `list`, for texts in payloads. @throws InvalidRequestError for an empty term. */
  keywordSearch(namespace: Namespace, query: Reading<KeywordQuery>): Promise<KeywordPage> {
    checkText(query.term, 'term');
    if (query.term === '') throw new InvalidRequestError('term', 'must not be empty');
    const now = new Date();
    return this.keywords.search(namespace, { ...query, ...validOf(query, now) }, now);
  }

  counts(namespace?: Namespace): Promise<MemoryCounts> {
    return this.catalog.counts(namespace, new Date());
  }
}
