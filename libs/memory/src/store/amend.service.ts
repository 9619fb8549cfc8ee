import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import { MemoryNotFoundError, VersionConflictError } from '../model/errors.js';
import type { JsonObject } from '../model/json.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import type { MemoryReader } from '../read/memory-reader.port.js';
import { mergePatch } from './merge-patch.js';
import { sameValidity } from './same-validity.js';
import type { StoreService } from './store.service.js';
import type { NewMemory, StoredMemory } from './store.types.js';

/** How often a change that names no version is tried while others write. */
const ATTEMPTS = 5;
/** The field of a payload that holds metadata. */
const METADATA = 'metadata';

/** What is to change of a memory; what is absent stays. */
export interface Amendment {
  /** Null for none: then a numeric `importance` in the payload is used. */
  readonly importance?: number | null;
  /** Null for never. */
  readonly expiresAt?: Date | null;
  /** Null for always, or from now on for a memory that supersedes others. */
  readonly validFrom?: Date | null;
  /** Null for no end. */
  readonly validTo?: Date | null;
  /** Coordinates of memories whose place it takes; those that it took before and are not named are free again. */
  readonly supersedes?: readonly Coordinate[];
  /** A merge patch (RFC 7396) of the payload's field `metadata`; null removes the field. */
  readonly metadata?: JsonObject | null;
  /** The version required at the coordinate; when absent, the newest is changed. */
  readonly expectedVersion?: number;
}

/** Changes what belongs to a memory without sending it anew. */
export class AmendService {
  constructor(
    private readonly memories: Pick<MemoryReader, 'findByKeys'>,
    private readonly stores: Pick<StoreService, 'store'>,
  ) {}

  /**
   * Stores the memory with the changes as its next version. Nothing that others write meanwhile is lost.
   *
   * @throws MemoryNotFoundError; VersionConflictError when another version lives there than was expected, or others write
   * again and again; InvalidRequestError; StoreUnavailableError
   */
  async amend(namespace: Namespace, coordinate: Coordinate, amendment: Amendment): Promise<StoredMemory> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.tryToAmend(namespace, coordinate, amendment);
      } catch (error) {
        const isOurs = error instanceof VersionConflictError && amendment.expectedVersion === undefined;
        if (!isOurs || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async tryToAmend(namespace: Namespace, coordinate: Coordinate, amendment: Amendment) {
    const key = coordinateKey(coordinate);
    const [memory] = await this.memories.findByKeys(namespace, [key], new Date());
    if (!memory) throw new MemoryNotFoundError(namespace, key);
    const { expectedVersion: expected = memory.version } = amendment;
    if (expected !== memory.version) {
      throw new VersionConflictError({ namespace, key, expected, actual: memory.version });
    }
    return this.stores.store(namespace, {
      ...amended(memory, amendment),
      ...amendedValidity(await sameValidity(memory, this.memories), amendment),
    });
  }
}

type StatedValidity = Pick<NewMemory, 'validFrom' | 'validTo' | 'supersedes' | 'isTakenOver'>;

function amendedValidity(before: StatedValidity, amendment: Amendment): StatedValidity {
  const { validFrom: from, validTo: to, ...takenOver } = before;
  const { validFrom = from, validTo = to, supersedes } = amendment;
  return {
    ...(validFrom ? { validFrom } : {}),
    ...(validTo ? { validTo } : {}),
    ...(supersedes ? { supersedes } : takenOver),
  };
}

function amended(memory: Memory, amendment: Amendment): NewMemory {
  const { importance = memory.importance, expiresAt = memory.expiresAt, metadata } = amendment;
  const { coordinate, type, payload, version } = memory;
  return {
    coordinate,
    type,
    payload: metadata === undefined ? payload : mergePatch(payload, { [METADATA]: metadata }),
    expectedVersion: version,
    ...(importance === null ? {} : { importance }),
    ...(expiresAt === null ? {} : { expiresAt }),
  };
}
