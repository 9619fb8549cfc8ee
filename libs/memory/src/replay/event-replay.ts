import { fromEnvelope } from '../event-model/envelope.js';
import { ledgerId } from '../event-model/ledger-id.js';
import type { EventRecord } from '../event-model/memory-event.js';
import { isForeign } from '../indexing/events/event-processor.js';
import type { ForeignEventRecorder, RefusedEvent } from '../indexing/events/foreign-event-recorder.js';
import type { CoordinateId } from '../indexing/projection/indexer.js';
import { applyIsolating } from '../indexing/projection/isolation.js';
import type { ProjectionSource } from '../indexing/projection/projection-source.port.js';
import { identityOf } from '../model/coordinate-identity.js';
import { reasonOf } from '../model/failures.js';
import type { PayloadFields } from '../model/payload-fields.js';
import { toRestoredEntry } from './restored-entry.js';
import type { RestoredEntry, TruthRestorer } from './truth-restorer.port.js';

/** An event without effect, and why. */
type Refusal = Omit<RefusedEvent, 'isPermanent'>;

export interface ReplayOutcome {
  /** Events whose effects were missing in the truth and are now applied. */
  readonly replayed: number;
  /** Memories that changed and have to be indexed. */
  readonly memories: readonly CoordinateId[];
  /** Events without effect, with the reason. */
  readonly refused: readonly Refusal[];
  /**
   * How many of these were refused because the database has diverged: their contents were acknowledged and are lost.
   */
  readonly diverged: number;
}

export interface EventReplayPlaces {
  readonly source: Pick<ProjectionSource, 'rows'>;
  readonly restorer: Omit<TruthRestorer, 'restoreLinks'>;
  readonly recorder: Pick<ForeignEventRecorder, 'record'>;
}

const NOTHING: ReplayOutcome = { replayed: 0, memories: [], refused: [], diverged: 0 };
const DIVERGED = 'the database has another change of this version or of one before: the two histories went apart';
const SUPERSEDED = 'an earlier version of the service applied it before what came later, and did not say what it made';

/**
 * Updates a truth that was restored from a backup with the events still on the bus: those acknowledged after the
 * backup. Restores every column of every memory.
 *
 * The topic is read three times: first to note its contents (`note`), then to apply our own events (`replayOwn`), which
 * also state the outcome of other producers' events, and last to apply other producers' events that were not yet
 * applied (`replayForeign`).
 */
export class EventReplay {
  private readonly announced = new Set<string>();
  private readonly diverged = new Set<string>();
  private highestMemoryId = 0;
  private areIdsReserved = false;

  constructor(
    private readonly places: EventReplayPlaces,
    private readonly fields: PayloadFields,
  ) {}

  /** First pass. */
  note(records: readonly EventRecord[]): void {
    for (const { event, details } of records) {
      if (details?.announced === true) this.announced.add(ledgerId(event.id));
      this.highestMemoryId = Math.max(this.highestMemoryId, details?.memory_id ?? 0);
    }
  }

  /**
   * Second pass: applies our own events in bus order; applying them again changes nothing. An event with full details
   * is restored exactly. One of an earlier version lacks them: it is written like another producer's event, unless the
   * truth has reached its version. A coordinate whose history here diverges from its events is left unchanged.
   *
   * @throws StoreUnavailableError: retry the whole batch later.
   */
  async replayOwn(records: readonly EventRecord[]): Promise<ReplayOutcome> {
    await this.reserveIds();
    const own = records.filter((record) => !isForeign(record));
    const outcomes: ReplayOutcome[] = [];
    for (const run of runs(own, ({ details }) => details !== undefined)) {
      outcomes.push(run[0]?.details ? await this.restore(run) : await this.record(await this.unreached(run)));
    }
    return together(outcomes);
  }

  /**
   * Third pass: applies other producers' events that none of our own events covers, as a consumer would have done next.
   *
   * @throws StoreUnavailableError: retry the whole batch later.
   */
  async replayForeign(records: readonly EventRecord[]): Promise<ReplayOutcome> {
    const foreign = records.filter((record) => isForeign(record) && !this.announced.has(ledgerId(record.event.id)));
    if (foreign.length === 0) return NOTHING;
    const lacking = await this.places.restorer.lackingVersions(distinct(foreign.map(coordinateOf)));
    const gaps = new Set(lacking.map(identityOf));
    const isSuperseded = (record: EventRecord) => gaps.has(identityOf(coordinateOf(record)));
    const outcome = await this.record(foreign.filter((record) => !isSuperseded(record)));
    const superseded = foreign.filter(isSuperseded).map(({ event }) => refusal(event.event_id, SUPERSEDED));
    return { ...outcome, refused: [...superseded, ...outcome.refused] };
  }

  private async reserveIds(): Promise<void> {
    if (this.areIdsReserved) return;
    await this.places.restorer.reserveIds(this.highestMemoryId);
    this.areIdsReserved = true;
  }

  private async restore(records: readonly EventRecord[]): Promise<ReplayOutcome> {
    const refused: Refusal[] = [];
    const entries: RestoredEntry[] = [];
    for (const record of records) {
      try {
        const content = fromEnvelope(record);
        if (content.kind === 'entry') entries.push(toRestoredEntry(content.entry, this.fields));
      } catch (error) {
        refused.push(refusal(record.event.event_id, reasonOf(error)));
      }
    }
    let replayed = 0;
    const memories: CoordinateId[] = [];
    const apart = entries.filter((entry) => this.diverged.has(identityOf(entry)));
    const wanted = entries.filter((entry) => !this.diverged.has(identityOf(entry)));
    const failed = await applyIsolating(wanted, async (some) => {
      const restored = await this.places.restorer.restore(some);
      for (const entry of restored.conflicts) this.diverged.add(identityOf(entry));
      apart.push(...restored.conflicts);
      replayed += restored.entries;
      memories.push(...restored.memories);
    });
    for (const { item, reason } of failed) refused.push(refusal(item.eventId, reason));
    refused.push(...apart.map(({ eventId }) => refusal(eventId, DIVERGED)));
    return { replayed, memories, refused, diverged: apart.length };
  }

  private async record(records: readonly EventRecord[]): Promise<ReplayOutcome> {
    if (records.length === 0) return NOTHING;
    const { recorded, refused } = await this.places.recorder.record(records);
    return { replayed: recorded, memories: distinct(records.map(coordinateOf)), refused, diverged: 0 };
  }

  /** Returns the events whose version the truth has not reached. */
  private async unreached(records: readonly EventRecord[]): Promise<readonly EventRecord[]> {
    const rows = await this.places.source.rows(distinct(records.map(coordinateOf)));
    const reached = new Map(rows.map((row) => [identityOf(row), row.version]));
    return records.filter((record) => (record.version ?? 0) > (reached.get(identityOf(coordinateOf(record))) ?? 0));
  }
}

/** Groups adjacent items of the same kind, in order. */
function runs<T>(items: readonly T[], kind: (item: T) => boolean): readonly (readonly T[])[] {
  const found: T[][] = [];
  for (const item of items) {
    const last = found.at(-1);
    if (last?.[0] !== undefined && kind(last[0]) === kind(item)) last.push(item);
    else found.push([item]);
  }
  return found;
}

function together(outcomes: readonly ReplayOutcome[]): ReplayOutcome {
  return {
    replayed: outcomes.reduce((sum, { replayed }) => sum + replayed, 0),
    memories: distinct(outcomes.flatMap(({ memories }) => memories)),
    refused: outcomes.flatMap(({ refused }) => refused),
    diverged: outcomes.reduce((sum, { diverged }) => sum + diverged, 0),
  };
}

function distinct(coordinates: readonly CoordinateId[]): readonly CoordinateId[] {
  return [...new Map(coordinates.map((coordinate) => [identityOf(coordinate), coordinate])).values()];
}

function coordinateOf({ event, key }: EventRecord): CoordinateId {
  return { namespace: event.namespace, key };
}

function refusal(eventId: string, reason: string): Refusal {
  return { eventId, reason };
}
