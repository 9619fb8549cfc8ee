import { mapInTurns } from '../attempts/turns.js';
import type { Embedder } from '../index-model/embedder.port.js';
import { expectedVectors } from './expected-vectors.js';
import type { DerivedTables, LinkId } from './ports/derived-tables.port.js';
import type { PointAudit } from './ports/point-audit.port.js';
import { PointComparison, type RecheckOptions } from './point-comparison.js';
import type { AuditedCoordinate, DisputedLink, TruthAudit } from './ports/truth-audit.port.js';
import { truthDifferences, type DerivingFields } from './truth-differences.js';
import { IndexUnusableError } from '../model/errors.js';
import type { Difference, DifferenceKind, NamespaceTotals, VerifyListener } from './verify.types.js';
import type { Namespace } from '../model/namespace.js';

/** Memories may be large: so many are held at once. */
const COORDINATES_PER_READ = 50;

const DISPUTES: Readonly<Record<DisputedLink['dispute'], readonly [DifferenceKind, string]>> = {
  missing: ['link_missing', 'is in the ledger alone; soma replay makes it again'],
  unrecorded: ['link_unrecorded', 'is not in the ledger, or was removed by its newest event'],
  differing: ['link_mismatch', 'is not made of what its newest event says'],
};

/** The stores that a check reads. */
export interface CheckedPlaces {
  readonly truth: TruthAudit;
  readonly points: PointAudit;
  readonly tables: Pick<DerivedTables, 'danglingLinks'>;
  readonly embedder: Embedder;
  readonly fields: DerivingFields;
}

export interface CheckOptions {
  readonly maxPendingSeconds: number;
  readonly recheck: RecheckOptions;
  readonly wait: (ms: number) => Promise<void>;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: NonNullable<VerifyListener['onProgress']>;
  readonly onDifference: (difference: Difference) => void;
  readonly onNote: (note: string) => void;
  /** See `VerifyListener.whenRead`. */
  readonly whenRead: () => Promise<void>;
}

export interface CheckedNamespace {
  readonly name: Namespace;
  /** False for a namespace that has content but is in no list of namespaces. */
  readonly isRegistered: boolean;
}

/** The repairable differences: those of points by key, and links. */
export interface Repairable {
  readonly pointKeys: readonly string[];
  /** Of changes that are not indexed, however young. */
  readonly pendingKeys: readonly string[];
  /** Of memories whose text does not follow from their payload. */
  readonly textKeys: readonly string[];
  readonly links: readonly LinkId[];
  readonly isUnregistered: boolean;
}

export interface CheckResult {
  readonly totals: NamespaceTotals;
  readonly repairable: Repairable;
}

/** Compares all stored data of one namespace, once. */
export class NamespaceCheck {
  private readonly comparison: PointComparison;
  private readonly counts = { memories: 0, tombstones: 0, events: 0, unhashed: 0 };
  private readonly pendingKeys: string[] = [];
  private readonly textKeys: string[] = [];
  /** False when the namespace's index cannot be compared with. */
  private isIndexUsable = true;

  constructor(
    private readonly namespace: CheckedNamespace,
    private readonly places: CheckedPlaces,
    private readonly options: CheckOptions,
  ) {
    this.comparison = new PointComparison(namespace.name, options.maxPendingSeconds);
  }

  async run(): Promise<CheckResult> {
    const { name, isRegistered } = this.namespace;
    const { rows, links } = await this.places.truth.totals(name);
    if (!isRegistered) this.report('namespace_unregistered', null, 'it has content and is in no list of namespaces');
    await this.readPoints(rows);
    await this.readTruth(rows);
    const { pointKeys, moving } = this.isIndexUsable ? await this.judgePoints() : { pointKeys: [], moving: 0 };
    await this.readUnversioned();
    await this.readLinks();
    const dangling = await this.danglingLinks();
    const { points } = this.comparison;
    return {
      totals: {
        namespace: name,
        ...this.counts,
        points,
        links,
        pending: this.pendingKeys.length,
        moving,
        deadLetters: await this.noteDeadLetters(),
      },
      repairable: this.repairable(pointKeys, dangling),
    };
  }

  private repairable(pointKeys: readonly string[], links: readonly LinkId[]): Repairable {
    const { pendingKeys, textKeys } = this;
    const isUnregistered = !this.namespace.isRegistered;
    return { pointKeys, pendingKeys: this.isIndexUsable ? pendingKeys : [], textKeys, links, isUnregistered };
  }

  /** The index of one namespace that is not ours to compare with does not keep the rest from being compared. */
  private async readPoints(rows: number): Promise<void> {
    try {
      for await (const points of this.places.points.scan(this.namespace.name)) {
        this.options.signal?.throwIfAborted();
        this.comparison.addPoints(points);
        this.progress('points', this.comparison.points, rows);
        await this.options.whenRead();
      }
    } catch (error) {
      if (!(error instanceof IndexUnusableError)) throw error;
      this.isIndexUsable = false;
      this.reportLasting('index_unusable', error.message);
    }
  }

  private async readTruth(rows: number): Promise<void> {
    let done = 0;
    for await (const coordinates of this.places.truth.scan(this.namespace.name, COORDINATES_PER_READ)) {
      this.options.signal?.throwIfAborted();
      if (this.isIndexUsable) await this.comparePoints(coordinates);
      await mapInTurns(coordinates, (coordinate) => this.addTruth(coordinate));
      done += coordinates.length;
      this.progress('memories', done, rows);
      await this.options.whenRead();
    }
  }

  private async comparePoints(coordinates: readonly AuditedCoordinate[]): Promise<void> {
    const { points, embedder } = this.places;
    const keys = coordinates.flatMap(({ key, row }) => (row ? [key] : []));
    const [held, vectors] = await Promise.all([
      points.held(this.namespace.name, keys),
      expectedVectors(coordinates, embedder),
    ]);
    this.comparison.addRows(coordinates, held, vectors);
  }

  private addTruth(coordinate: AuditedCoordinate): void {
    const { key, row, ledger } = coordinate;
    if (row) this.counts[row.isDeleted ? 'tombstones' : 'memories'] += 1;
    if (row && row.indexedVersion < row.version) this.pendingKeys.push(key);
    this.counts.events += ledger?.events ?? 0;
    this.counts.unhashed += ledger?.unhashed ?? 0;
    for (const difference of truthDifferences(coordinate, this.places.fields)) {
      if (difference.isRepairable) this.textKeys.push(key);
      this.options.onDifference(difference);
    }
  }

  private async readUnversioned(): Promise<void> {
    const { name } = this.namespace;
    const { count, unhashed, altered } = await this.places.truth.unversionedEvents(name);
    this.counts.events += count;
    this.counts.unhashed += unhashed;
    if (altered.length > 0) {
      this.reportLasting('ledger_altered', `not as they were written: events ${altered.join(', ')}`);
    }
    if (this.counts.unhashed > 0) {
      this.options.onNote(
        `namespace ${name}: ${this.counts.unhashed} of ${this.counts.events} rows of the ledger are from before rows were ` +
          'hashed; of these only the newest of each memory is compared',
      );
    }
  }

  private async judgePoints(): Promise<{ readonly pointKeys: readonly string[]; readonly moving: number }> {
    let looks = 0;
    const wait = async (ms: number) => {
      this.options.signal?.throwIfAborted();
      this.progress('checking again', looks++, this.options.recheck.pausesMs.length);
      await this.options.wait(ms);
    };
    const { pausesMs } = this.options.recheck;
    const { differences, moving } = await this.comparison.judge(this.places, { pausesMs, wait });
    for (const [key, [kind, detail]] of differences) {
      this.report(kind, key, detail);
      await this.options.whenRead();
    }
    // Surplus points are removed first, because one may be in the place of a missing one.
    const isTooMuch = (key: string) => differences.get(key)?.[0] === 'point_orphaned';
    const keys = [...differences.keys()];
    const pointKeys = [...keys.filter(isTooMuch), ...keys.filter((key) => !isTooMuch(key))];
    return { pointKeys, moving: moving.length };
  }

  /** What is not as the ledger says is no derived data: `soma replay` is told when to follow the ledger. */
  private async readLinks(): Promise<void> {
    for await (const links of this.places.truth.scanLinks(this.namespace.name, COORDINATES_PER_READ)) {
      this.options.signal?.throwIfAborted();
      for (const { from, to, type, dispute } of links) {
        const [kind, detail] = DISPUTES[dispute];
        this.reportLasting(kind, `its link ${type} to ${to} ${detail}`, from);
      }
      await this.options.whenRead();
    }
  }

  private async danglingLinks(): Promise<readonly LinkId[]> {
    const links = await this.places.tables.danglingLinks(this.namespace.name);
    for (const { from, to, type } of links) {
      this.report('link_dangling', from, `its link ${type} leads to ${to}; one of the two is no memory`);
      await this.options.whenRead();
    }
    return links;
  }

  private async noteDeadLetters(): Promise<number> {
    const { name } = this.namespace;
    const { events, count } = await this.places.truth.deadLetters(name);
    for (const { eventId, key, reason } of events) {
      this.options.onNote(`namespace ${name}: event ${eventId} of ${key} is dead-lettered (${reason}); see soma dlq`);
    }
    if (count > events.length)
      this.options.onNote(`namespace ${name}: and ${count - events.length} more dead-lettered events`);
    return count;
  }

  private report(kind: DifferenceKind, key: string | null, detail: string): void {
    this.options.onDifference({ kind, namespace: this.namespace.name, key, detail, isRepairable: true });
  }

  /** Reports what no repair mends, by default about no memory. */
  private reportLasting(kind: DifferenceKind, detail: string, key: string | null = null): void {
    this.options.onDifference({ kind, namespace: this.namespace.name, key, detail, isRepairable: false });
  }

  private progress(phase: 'points' | 'memories' | 'checking again', done: number, total: number): void {
    this.options.onProgress({ phase, namespace: this.namespace.name, done, total });
  }
}
