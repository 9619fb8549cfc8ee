import type { LinkService } from '../links/link.service.js';
import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import {
  InvalidBulkItemError,
  InvalidRequestError,
  MemoryNotFoundError,
  VersionConflictError,
} from '../model/errors.js';
import { jsonEquals, type JsonObject, type JsonValue } from '../model/json.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import { checkJson, type PayloadLimits } from '../model/payload.js';
import type { MemoryReader } from '../read/memory-reader.port.js';
import { sameValidity } from '../store/same-validity.js';
import type { StoreService } from '../store/store.service.js';
import type { NewMemory } from '../store/store.types.js';
import { correction, correctivePlace, CORRECTS, isCorrectionOf } from './corrective-memory.js';

/** How often a report that names no version is tried while others write. */
const ATTEMPTS = 5;
/** Places that are tried for a correction while something else lives there. */
const PLACES = 5;

export interface OutcomeReport {
  /** What happened. */
  readonly outcome: JsonValue;
  /** The version required at the coordinate; when absent, the newest gets the outcome. */
  readonly expectedVersion?: number;
}

export interface ReportedOutcome {
  /** The version that has the outcome. */
  readonly version: number;
  /** True when the memory predicted something else. */
  readonly isError: boolean;
  /** Where the correction is; null when the memory was right, or said nothing of what would be. */
  readonly corrective: Coordinate | null;
}

/**
 * Notes what came of what memories predicted. The memory says it from its next version on (`reported_outcome`, `error`); of one
 * that was wrong, a semantic memory is kept that says what is right, with a link to it.
 */
export class OutcomeService {
  constructor(
    private readonly memories: Pick<MemoryReader, 'findByKeys'>,
    private readonly stores: Pick<StoreService, 'storeAll'>,
    private readonly links: Pick<LinkService, 'link'>,
    private readonly limits: PayloadLimits,
  ) {}

  /**
   * The memory and its correction are written in one transaction, then linked: whoever reports the same again finds what is
   * there, writes nothing twice and makes the link if it is missing. Nothing that others write meanwhile is lost.
   *
   * @throws MemoryNotFoundError; InvalidRequestError for an outcome that cannot be kept; VersionConflictError when another
   * version lives there than was expected, or others write again and again; StoreUnavailableError
   */
  async report(namespace: Namespace, coordinate: Coordinate, report: OutcomeReport): Promise<ReportedOutcome> {
    checkJson(report.outcome, { path: 'outcome', limits: this.limits });
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.tryToReport(namespace, coordinate, report);
      } catch (error) {
        const isOurs = error instanceof VersionConflictError && report.expectedVersion === undefined;
        if (!isOurs || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async tryToReport(namespace: Namespace, coordinate: Coordinate, { outcome, expectedVersion }: OutcomeReport) {
    const memory = await this.find(namespace, coordinate);
    if (!memory) throw new MemoryNotFoundError(namespace, coordinateKey(coordinate));
    const { key, version: actual } = memory;
    const { expectedVersion: expected = actual } = { expectedVersion };
    if (expected !== actual) throw new VersionConflictError({ namespace, key, expected, actual });
    const { predicted_outcome: predicted = null } = memory.payload;
    const isError = predicted !== null && !jsonEquals(predicted, outcome);
    const place = isError ? await this.place(memory, outcome) : undefined;
    const isKnown = isReported(memory.payload, outcome, isError);
    const version = isKnown ? actual : await this.write(memory, { outcome, isError, place });
    const isThere = place !== undefined && (place.isTaken || !isKnown);
    if (isThere) await this.linkBack(namespace, place.coordinate, coordinate);
    return { version, isError, corrective: isThere ? place.coordinate : null };
  }

  /** Writes the memory and, where nobody has kept it yet, its correction. Returns the version of the memory. */
  private async write(
    memory: Memory,
    { outcome, isError, place }: { outcome: JsonValue; isError: boolean; place: Place | undefined },
  ): Promise<number> {
    const payload = { ...memory.payload, reported_outcome: outcome, error: isError };
    const validity = await sameValidity(memory, this.memories);
    const written: NewMemory[] = [{ ...sameAs(memory), ...validity, payload }];
    if (place && !place.isTaken) {
      written.push({
        coordinate: place.coordinate,
        type: 'semantic',
        payload: correction(memory, outcome, new Date(), this.limits),
        expectedVersion: 0,
      });
    }
    const [stored] = await this.stores.storeAll(memory.namespace, written).catch((error: unknown) => {
      throw error instanceof InvalidBulkItemError ? new InvalidRequestError('outcome', error.reason.message) : error;
    });
    if (!stored) throw new Error('the store answered without a receipt');
    return stored.version;
  }

  /** A place for the correction: where it is already, or where nothing is. */
  private async place(memory: Memory, outcome: JsonValue): Promise<Place> {
    for (let attempt = 0; attempt < PLACES; attempt += 1) {
      const coordinate = correctivePlace(memory, outcome, attempt);
      const there = await this.find(memory.namespace, coordinate);
      if (!there) return { coordinate, isTaken: false };
      if (isCorrectionOf(there, memory, outcome)) return { coordinate, isTaken: true };
    }
    throw new InvalidRequestError('outcome', 'has no free coordinate for its correction');
  }

  /** One that was deleted meanwhile is not linked any more. */
  private async linkBack(namespace: Namespace, from: Coordinate, to: Coordinate): Promise<void> {
    try {
      await this.links.link(namespace, { from, to, type: CORRECTS, weight: 1 }, 'both');
    } catch (error) {
      if (!(error instanceof MemoryNotFoundError)) throw error;
    }
  }

  private async find(namespace: Namespace, coordinate: Coordinate): Promise<Memory | undefined> {
    const [memory] = await this.memories.findByKeys(namespace, [coordinateKey(coordinate)], new Date());
    return memory;
  }
}

interface Place {
  readonly coordinate: Coordinate;
  /** True when the correction is there already. */
  readonly isTaken: boolean;
}

function isReported(payload: JsonObject, outcome: JsonValue, isError: boolean): boolean {
  return jsonEquals(payload['reported_outcome'], outcome) && payload['error'] === isError;
}

function sameAs({ coordinate, type, importance, expiresAt, version }: Memory): Omit<NewMemory, 'payload'> {
  return {
    coordinate,
    type,
    expectedVersion: version,
    ...(importance === null ? {} : { importance }),
    ...(expiresAt === null ? {} : { expiresAt }),
  };
}
