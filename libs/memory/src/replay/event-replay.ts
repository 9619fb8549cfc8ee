import { isForeign } from '../indexing/events/event-processor.js';
import type { ForeignEventRecorder, RefusedEvent } from '../indexing/events/foreign-event-recorder.js';
import type { CoordinateId } from '../indexing/projection/indexer.js';
import type { ProjectionSource } from '../indexing/projection/projection-source.port.js';
import { fromEnvelope } from '../event-model/envelope.js';
import { ledgerId } from '../event-model/ledger-id.js';
import type { EventRecord } from '../event-model/memory-event.js';
import type { PayloadFields } from '../model/payload-fields.js';
import { toRestoredEntry } from './restored-entry.js';
import type { TruthRestorer } from './truth-restorer.port.js';

export interface ReplayOutcome {
  /** Events whose effects the truth did not have, and has now. */
  readonly replayed: number;
  /** Memories that changed: they have to be indexed. */
  readonly memories: readonly CoordinateId[];
  readonly refused: readonly RefusedEvent[];
}

/** How a run of events is brought into the truth. */
type Way = 'restore' | 'record';

export interface EventReplayPlaces {
  readonly source: Pick<ProjectionSource, 'rows'>;
  readonly restorer: TruthRestorer;
  readonly recorder: Pick<ForeignEventRecorder, 'record'>;
}

/**
 * Brings a truth that was restored from a backup up to date from the events that are still on the bus: what was
 * acknowledged after the backup. Every memory is again what it was, in every column.
 *
 * The topic is read twice: first to note which events of other producers ours tell about, because only those say what
 * became of them; then to replay.
 */
export class EventReplay {
  private readonly announced = new Set<string>();

  constructor(
    private readonly places: EventReplayPlaces,
    private readonly fields: PayloadFields,
  ) {}

  /** The first reading. */
  note(records: readonly EventRecord[]): void {
    for (const { event, details } of records) if (details?.announced === true) this.announced.add(ledgerId(event.id));
  }

  /**
   * The second reading: applies events in the order of the bus; applying them again changes nothing. An event of ours that
   * says whole what it made is restored. One of an earlier version does not: it is written as another producer's, unless
   * the truth has reached its version.
   *
   * @throws StoreUnavailableError: try the whole batch again later.
   */
  async replay(records: readonly EventRecord[]): Promise<ReplayOutcome> {
    let replayed = 0;
    const memories = new Map<string, CoordinateId>();
    const refused: RefusedEvent[] = [];
    for (const run of this.runs(records)) {
      const outcome = run.way === 'restore' ? await this.restore(run.records) : await this.record(run.records);
      replayed += outcome.replayed;
      refused.push(...outcome.refused);
      for (const memory of outcome.memories) memories.set(idOf(memory), memory);
    }
    return { replayed, memories: [...memories.values()], refused };
  }

  /** Neighbours that are brought in the same way, in order, without events that one of ours tells about. */
  private runs(records: readonly EventRecord[]): readonly { readonly way: Way; readonly records: EventRecord[] }[] {
    const runs: { readonly way: Way; readonly records: EventRecord[] }[] = [];
    for (const record of records) {
      if (isForeign(record) && this.announced.has(ledgerId(record.event.id))) continue;
      const way = record.details === undefined ? 'record' : 'restore';
      const last = runs.at(-1);
      if (last?.way === way) last.records.push(record);
      else runs.push({ way, records: [record] });
    }
    return runs;
  }

  private async restore(records: readonly EventRecord[]): Promise<ReplayOutcome> {
    const entries = [];
    const refused: RefusedEvent[] = [];
    for (const record of records) {
      try {
        const content = fromEnvelope(record);
        if (content.kind === 'entry') entries.push(toRestoredEntry(content.entry, this.fields));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        refused.push({ eventId: record.event.event_id, reason });
      }
    }
    const restored = await this.places.restorer.restore(entries);
    return { replayed: restored.entries, memories: restored.memories, refused };
  }

  private async record(records: readonly EventRecord[]): Promise<ReplayOutcome> {
    const missing = await this.missing(records);
    const { recorded, refused } = await this.places.recorder.record(missing);
    const memories = missing.map(({ event, key }) => ({ namespace: event.namespace, key }));
    return { replayed: recorded, memories, refused };
  }

  private async missing(records: readonly EventRecord[]): Promise<readonly EventRecord[]> {
    const ids = records.map(({ event, key }) => ({ namespace: event.namespace, key }));
    const unique = new Map(ids.map((id) => [idOf(id), id]));
    const rows = await this.places.source.rows([...unique.values()]);
    const reached = new Map(rows.map((row) => [idOf(row), row.version]));
    return records.filter(({ event, key, version }) => {
      if (version === undefined) return true;
      return version > (reached.get(idOf({ namespace: event.namespace, key })) ?? 0);
    });
  }
}

function idOf({ namespace, key }: CoordinateId): string {
  return `${namespace}\n${key}`;
}
