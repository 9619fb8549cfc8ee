import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import { MemoryNotFoundError } from '../model/errors.js';
import type { Namespace } from '../model/namespace.js';
import { shownValidity } from '../model/shown-validity.js';
import { patchBetween, type PatchOperation } from './json-patch.js';
import type { MemoryHistory, VersionsQuery } from './memory-history.port.js';
import { readableOf, shown, type ReadableVersion, type ShownVersion } from './shown-version.js';

export interface HistoryPage {
  /** Newest first. */
  readonly versions: readonly ShownVersion[];
  /** `before` of the next page; undefined on the last one. */
  readonly next?: number;
}

/** Two versions to compare. */
export interface VersionPair {
  readonly from: number;
  readonly to: number;
}

/** Tells how memories came to be what they are, from the ledger. */
export class HistoryService {
  constructor(private readonly histories: MemoryHistory) {}

  /**
   * Returns a page of the versions of a coordinate, newest first. Those of memories that were deleted or have expired
   * are listed without content.
   *
   * @throws MemoryNotFoundError when nothing was ever written there
   */
  async history(namespace: Namespace, coordinate: Coordinate, query: VersionsQuery): Promise<HistoryPage> {
    const key = coordinateKey(coordinate);
    const limit = query.limit + 1;
    const { versions, standing } = await this.histories.page({ namespace, key }, { ...query, limit }, new Date());
    if (versions.length === 0 && standing === undefined) throw new MemoryNotFoundError(namespace, key);
    const listed = versions.slice(0, query.limit);
    const last = listed.at(-1);
    return {
      versions: listed.map((version) => shown(version, standing)),
      ...(versions.length > listed.length && last ? { next: last.version } : {}),
    };
  }

  /**
   * Returns what turns the one version of a memory into the other, either way in time: operations on an object of
   * `type`, `importance`, `expires_at` and `payload`, and the fields of `shownValidity` where a version has any.
   *
   * @throws MemoryNotFoundError; VersionNotFoundError; VersionUnavailableError
   */
  async diff(
    namespace: Namespace,
    coordinate: Coordinate,
    { from, to }: VersionPair,
  ): Promise<readonly PatchOperation[]> {
    const key = coordinateKey(coordinate);
    const found = await this.histories.find({ namespace, key }, [...new Set([from, to])], new Date());
    if (found.versions.length === 0 && found.standing === undefined) throw new MemoryNotFoundError(namespace, key);
    const [before, after] = [readableOf(found, from), readableOf(found, to)];
    return patchBetween(documentOf(before), documentOf(after));
  }
}

function documentOf({ type, content: { importance, expiresAt, payload, validity } }: ReadableVersion) {
  return { type, importance, expires_at: expiresAt?.toISOString() ?? null, payload, ...shownValidity(validity) };
}
