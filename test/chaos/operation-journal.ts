/**
 * What became of a write: `refused` with a 4xx, or because nobody accepted the connection. `failed` with a 503: it
 * happened before the answer or never will. A broken connection, no answer in time and every other 5xx leave open whether
 * and when it happens.
 */
export type Outcome = 'acknowledged' | 'refused' | 'failed' | 'unknown';

/** One store or deletion. `write` is its number in the journal, and what a stored payload carries to be told apart. */
export interface WriteOperation {
  readonly kind: 'store' | 'delete';
  readonly key: string;
  readonly write: number;
  readonly sentAt: number;
  /** `unknown` until it is answered. */
  readonly outcome: Outcome;
  /** The journal's clock at the answer; infinite before. */
  readonly settledAt: number;
}

/** A memory that a recall returned: its coordinate and the write that its payload carries. */
export interface RecalledWrite {
  readonly key: string;
  readonly write: number;
}

/** What was sent, in which order, and how it was answered. The clock counts sends and answers: no two are equal. */
export class OperationJournal {
  private readonly histories = new Map<string, WriteOperation[]>();
  private readonly retired = new Set<string>();
  private time = 0;
  private writes = 0;

  /** Moves the clock on and reads it. */
  now(): number {
    this.time += 1;
    return this.time;
  }

  /** Notes a write before it is sent. @throws Error when the outcome of an earlier one at the coordinate is open */
  send(kind: WriteOperation['kind'], key: string): WriteOperation {
    if (this.retired.has(key)) throw new Error(`${key} has a write that may still happen`);
    this.retired.add(key);
    const operation: WriteOperation = {
      kind,
      key,
      write: (this.writes += 1),
      sentAt: this.now(),
      outcome: 'unknown',
      settledAt: Number.POSITIVE_INFINITY,
    };
    this.histories.set(key, [...(this.histories.get(key) ?? []), operation]);
    return operation;
  }

  /** Notes the answer. A coordinate whose last write has an unknown outcome takes no more: the write may come late. */
  settle(operation: WriteOperation, outcome: Outcome): void {
    const history = this.histories.get(operation.key) ?? [];
    const settled = { ...operation, outcome, settledAt: this.now() };
    this.histories.set(
      operation.key,
      history.map((noted) => (noted.write === operation.write ? settled : noted)),
    );
    if (outcome !== 'unknown') this.retired.delete(operation.key);
  }

  /** Coordinates that were written to. */
  keys(): readonly string[] {
    return [...this.histories.keys()];
  }

  /**
   * The writes at a coordinate that may have happened, in order. Any of them can have failed, only the last can be
   * unknown.
   */
  effects(key: string): readonly WriteOperation[] {
    return (this.histories.get(key) ?? []).filter(({ outcome }) => outcome !== 'refused');
  }

  /** The store whose content a coordinate must have now; undefined when deleted, never stored, or not certain. */
  currentStore(key: string): WriteOperation | undefined {
    const last = this.effects(key).at(-1);
    return last?.kind === 'store' && last.outcome === 'acknowledged' ? last : undefined;
  }

  /** Coordinates whose memory was deleted for certain. */
  deletedKeys(): readonly string[] {
    return this.keys().filter((key) => {
      const last = this.effects(key).at(-1);
      return last?.kind === 'delete' && last.outcome === 'acknowledged';
    });
  }

  /** Whether a later write at the coordinate was acknowledged before `time`. */
  wasReplacedBefore({ key, write }: RecalledWrite, time: number): boolean {
    return this.effects(key).some((later) => later.write > write && later.settledAt < time && isCertain(later));
  }

  count(kind: WriteOperation['kind'], outcome: Outcome): number {
    let count = 0;
    for (const history of this.histories.values()) {
      count += history.filter((operation) => operation.kind === kind && operation.outcome === outcome).length;
    }
    return count;
  }
}

function isCertain({ outcome }: WriteOperation): boolean {
  return outcome === 'acknowledged';
}
