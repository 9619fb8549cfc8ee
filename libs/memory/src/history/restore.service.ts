import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import { MemoryNotFoundError, VersionConflictError, VersionUnavailableError } from '../model/errors.js';
import type { Namespace } from '../model/namespace.js';
import type { StoreService } from '../store/store.service.js';
import type { NewMemory, StoredMemory } from '../store/store.types.js';
import type { LedgerVersions, MemoryHistory, Standing } from './memory-history.port.js';
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
  ) {}

  /**
   * Stores what a version held as the next one: payload, type, importance and expiry. Where the memory was deleted or has
   * expired, that is taken back; but what ended before another memory was stored there stays what it is.
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
    const memory = { ...restorable(found, standing, { version: request.version, now }), coordinate };
    return standing.isLive
      ? this.stores.store(namespace, { ...memory, expectedVersion: actual })
      : this.stores.revive(namespace, memory, standing.version);
  }
}

/** @throws VersionNotFoundError; VersionUnavailableError */
function restorable(
  found: LedgerVersions,
  { createdVersion }: Standing,
  { version: wanted, now }: { readonly version: number; readonly now: Date },
): Omit<NewMemory, 'coordinate'> {
  const { kind, type, content } = foundAmong(found, wanted);
  if (kind === 'deleted') throw new VersionUnavailableError(wanted, 'deletion');
  if (wanted < createdVersion) throw new VersionUnavailableError(wanted, 'replaced');
  if (content === null || type === null) throw new VersionUnavailableError(wanted, 'unknown');
  const { payload, importance, expiresAt } = content;
  if (expiresAt !== null && expiresAt <= now) throw new VersionUnavailableError(wanted, 'expired');
  return {
    payload,
    type,
    ...(importance === null ? {} : { importance }),
    ...(expiresAt === null ? {} : { expiresAt }),
  };
}
