import type {
  Coordinate,
  CoordinatePage,
  CoordinateQuery,
  KeywordPage,
  KeywordQuery,
  ListQuery,
  Memory,
  MemoryCounts,
  MemoryPage,
  Principal,
  Reading,
  ReadService,
} from '@sfm/memory';
import { admit, admitEverywhere } from './admission.js';

/** Reads in the principal's namespace. Every method throws ScopeForbiddenError if the principal may not read. */
export class AuthorizedReads {
  constructor(private readonly reads: ReadService) {}

  /** See `ReadService.get`. */
  async get(principal: Principal, coordinate: Coordinate): Promise<Memory> {
    admit(principal, 'get');
    return this.reads.get(principal.namespace, coordinate);
  }

  /** See `ReadService.getMany`. */
  async getMany(principal: Principal, coordinates: readonly Coordinate[]): Promise<readonly Memory[]> {
    admit(principal, 'getMany');
    return coordinates.length === 0 ? [] : this.reads.getMany(principal.namespace, coordinates);
  }

  /** See `ReadService.list`. */
  async list(principal: Principal, query: Reading<ListQuery>): Promise<MemoryPage> {
    admit(principal, 'list');
    return this.reads.list(principal.namespace, query);
  }

  /** See `ReadService.range`. */
  async range(principal: Principal, query: Reading<CoordinateQuery>): Promise<CoordinatePage> {
    admit(principal, 'range');
    return this.reads.range(principal.namespace, query);
  }

  /** See `ReadService.keywordSearch`. Nothing is found for a query that is undefined, because it can match nothing. */
  async keywordSearch(principal: Principal, query: Reading<KeywordQuery> | undefined): Promise<KeywordPage> {
    admit(principal, 'keywordSearch');
    return query === undefined ? { memories: [] } : this.reads.keywordSearch(principal.namespace, query);
  }

  /**
   * Counts the memories in the namespace, or in all namespaces.
   *
   * @throws NamespaceForbiddenError when all are requested and the principal may not use every namespace.
   */
  async counts(principal: Principal, where: 'here' | 'everywhere' = 'here'): Promise<MemoryCounts> {
    if (where === 'everywhere') {
      admitEverywhere(principal, 'counts');
      return this.reads.counts();
    }
    admit(principal, 'counts');
    return this.reads.counts(principal.namespace);
  }
}
