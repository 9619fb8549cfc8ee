import { fitting } from '../attempts/smaller-parts.js';
import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import { MemoryNotFoundError, UnknownMomentError, VersionUnavailableError } from '../model/errors.js';
import { checkFilter } from '../model/filter-bounds.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import { validOf, type Reading } from '../model/validity.js';
import type { ListQuery, MemoryPage } from '../read/memory-catalog.port.js';
import type { MemoryHistory } from './memory-history.port.js';
import type { PastMemories, PastMoment } from './past-memories.port.js';
import { shown } from './shown-version.js';

/** How far the caller's clock may be ahead of ours, in milliseconds. */
const CLOCKS_APART_MS = 1000;

/**
 * Reads as they would have been answered at a moment, except for what has been deleted or has expired since: that is not
 * given any more. All methods throw UnknownMomentError for a moment that lies in the future, or before the namespace
 * had anything.
 */
export class PastReadService {
  constructor(
    private readonly memories: PastMemories,
    private readonly histories: Pick<MemoryHistory, 'knownAt'>,
  ) {}

  /**
   * @throws MemoryNotFoundError when nothing lived at the coordinate then; VersionUnavailableError when what lived there
   * has been deleted or has expired since
   */
  async get(namespace: Namespace, coordinate: Coordinate, at: Date): Promise<Memory> {
    const key = coordinateKey(coordinate);
    const moment = await this.momentOf(namespace, at);
    const [memory] = await this.memories.findByKeys(namespace, [key], moment);
    if (memory) return memory;
    const { versions, standing } = await this.histories.knownAt({ namespace, key }, at, moment.now);
    const [then] = versions;
    const wasLive = then?.kind !== 'deleted' && !(then?.content?.expiresAt && then.content.expiresAt <= at);
    const why = then && wasLive ? shown(then, standing).withheld : null;
    if (then && why) throw new VersionUnavailableError(then.version, why);
    throw new MemoryNotFoundError(namespace, key);
  }

  /**
   * See `MemoryCatalog.list`: what was known then to be valid, by default at that moment.
   *
   * @throws InvalidRequestError for a filter out of bounds
   */
  async list(namespace: Namespace, query: Reading<ListQuery>, at: Date): Promise<MemoryPage> {
    checkFilter(query.filter);
    const [asked, moment] = [{ ...query, ...validOf(query, at) }, await this.momentOf(namespace, at)];
    return fitting(query.limit, (limit) => this.memories.list(namespace, { ...asked, limit }, moment));
  }

  private async momentOf(namespace: Namespace, at: Date): Promise<PastMoment> {
    const now = new Date();
    if (at.getTime() > now.getTime() + CLOCKS_APART_MS) {
      throw new UnknownMomentError('as_known_at', 'must not lie in the future');
    }
    const beginning = await this.memories.beginning(namespace);
    if (beginning === undefined) {
      throw new UnknownMomentError('as_known_at', 'must not be given where nothing was ever kept');
    }
    if (at < beginning) {
      const rule = `must not lie before ${beginning.toISOString()}, when the namespace got its first memory`;
      throw new UnknownMomentError('as_known_at', rule);
    }
    return { at, now };
  }
}
