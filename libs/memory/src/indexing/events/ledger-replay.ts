import type { EventRecord } from '../../model/memory-event.js';
import type { ForeignEventRecorder, RefusedEvent } from './foreign-event-recorder.js';
import type { ProjectionSource } from '../projection/projection-source.port.js';

/** What a replay did with a batch. */
export interface ReplayOutcome {
  /** Events that the truth did not have. */
  readonly replayed: number;
  readonly refused: readonly RefusedEvent[];
}

/**
 * Brings a truth that was restored from a backup up to date from the events that are still on the bus: writes and
 * deletions that were acknowledged after the backup. What is replayed has to be indexed afterwards.
 */
export class LedgerReplay {
  constructor(
    private readonly source: Pick<ProjectionSource, 'rows'>,
    private readonly recorder: Pick<ForeignEventRecorder, 'record'>,
  ) {}

  /**
   * Applies events in the order of the bus; applying them again changes nothing. Our own events say which version they
   * made: one that the truth has reached is passed over, also when the ledger was told to forget it.
   *
   * @throws StoreUnavailableError: try the whole batch again later.
   */
  async replay(records: readonly EventRecord[]): Promise<ReplayOutcome> {
    const { recorded, refused } = await this.recorder.record(await this.missing(records));
    return { replayed: recorded, refused };
  }

  private async missing(records: readonly EventRecord[]): Promise<readonly EventRecord[]> {
    const ids = records.map(({ event, key }) => ({ namespace: event.namespace, key }));
    const unique = new Map(ids.map((id) => [idOf(id.namespace, id.key), id]));
    const rows = await this.source.rows([...unique.values()]);
    const reached = new Map(rows.map(({ namespace, key, version }) => [idOf(namespace, key), version]));
    return records.filter(({ event, key, version }) => {
      if (version === undefined) return true;
      return version > (reached.get(idOf(event.namespace, key)) ?? 0);
    });
  }
}

function idOf(namespace: string, key: string): string {
  return `${namespace}\n${key}`;
}
