import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import { MemoryNotFoundError, VersionConflictError, VersionUnavailableError } from '../model/errors.js';
import type { Memory, MemoryType } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import { statedTimes } from '../model/shown-validity.js';
import type { MemoryReader } from '../read/memory-reader.port.js';
import type { StoreService } from '../store/store.service.js';
import type { NewMemory, StoredMemory } from '../store/store.types.js';
import type { LedgerVersions, MemoryHistory, Standing, VersionContent } from './memory-history.port.js';
import { foundAmong } from './shown-version.js';

/** How often a restore that names no version to replace is tried while others write. */
const ATTEMPTS = 5;

export interface RestoreRequest {
  /** The version to restore. */
  readonly version: number;
  /** The version required at the coordinate, 0 for none; when absent, any is replaced. */
  readonly expectedVersion?: number;
}

/** Makes former versions of memories the newest. */
export class RestoreService {
  constructor(
    private readonly histories: MemoryHistory,
    private readonly stores: Pick<StoreService, 'store' | 'revive'>,
    private readonly memories: Pick<MemoryReader, 'findByKeys'>,
  ) {}

  /**
   * Stores what a version held as the next one: payload, type, importance, expiry and validity. Where the memory was deleted
   * or has expired, that is taken back; but what ended before another memory was stored there stays what it is.
   *
   * What the version superseded is superseded again, as far as it lives on. Whether others supersede the memory stays as
   * it is: that is what they say.
   *
   * @throws MemoryNotFoundError; VersionNotFoundError; VersionUnavailableError; VersionConflictError; StoreUnavailableError
   */
  async restore(namespace: Namespace, coordinate: Coordinate, request: RestoreRequest): Promise<StoredMemory> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.tryToRestore(namespace, coordinate, request);
      } catch (error) {
        const isOurs = error instanceof VersionConflictError && request.expectedVersion === undefined;
        if (!isOurs || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async tryToRestore(namespace: Namespace, coordinate: Coordinate, request: RestoreRequest) {
    const place = { namespace, key: coordinateKey(coordinate) };
    const now = new Date();
    const found = await this.histories.find(place, [request.version], now);
    const { standing } = found;
    if (!standing) throw new MemoryNotFoundError(namespace, place.key);
    const actual = standing.isLive ? standing.version : 0;
    const { expectedVersion: expected = actual } = request;
    if (expected !== actual) throw new VersionConflictError({ ...place, expected, actual });
    const version = restorable(found, standing, { version: request.version, now });
    const memory = { ...contentOf(version), coordinate, ...(await this.superseded(namespace, version, now)) };
    return standing.isLive
      ? this.stores.store(namespace, { ...memory, expectedVersion: actual })
      : this.stores.revive(namespace, memory, standing.version);
  }

  /** What lived already when the version was written, and lives still: what is stored there since is another memory. */
  private async superseded(
    namespace: Namespace,
    { content: { validity }, at }: RestorableVersion,
    now: Date,
  ): Promise<Pick<NewMemory, 'supersedes' | 'isTakenOver'>> {
    const { supersedes = [] } = validity ?? {};
    if (supersedes.length === 0) return {};
    const living = await this.memories.findByKeys(namespace, supersedes, now);
    const wasThere = ({ createdAt }: Memory) => createdAt <= at;
    return { supersedes: living.filter(wasThere).map(({ coordinate }) => coordinate), isTakenOver: true };
  }
}

/** A version whose content may be stored again. */
interface RestorableVersion {
  readonly type: MemoryType;
  readonly content: VersionContent;
  readonly at: Date;
}

/** @throws VersionNotFoundError; VersionUnavailableError */
function restorable(
  found: LedgerVersions,
  { createdVersion }: Standing,
  { version: wanted, now }: { readonly version: number; readonly now: Date },
): RestorableVersion {
  const { kind, type, content, at } = foundAmong(found, wanted);
  if (kind === 'deleted') throw new VersionUnavailableError(wanted, 'deletion');
  if (wanted < createdVersion) throw new VersionUnavailableError(wanted, 'replaced');
  if (content === null || type === null) throw new VersionUnavailableError(wanted, 'unknown');
  const { expiresAt } = content;
  if (expiresAt !== null && expiresAt <= now) throw new VersionUnavailableError(wanted, 'expired');
  return { type, content, at };
}

function contentOf({ type, content }: RestorableVersion): Omit<NewMemory, 'coordinate'> {
  const { payload, importance, expiresAt, validity } = content;
  return {
    payload,
    type,
    ...(importance === null ? {} : { importance }),
    ...(expiresAt === null ? {} : { expiresAt }),
    ...statedTimes(validity),
  };
}
