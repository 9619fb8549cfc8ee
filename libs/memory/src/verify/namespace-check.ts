import type { Embedder } from '../index-model/embedder.port.js';
import { expectedVectors } from './expected-vectors.js';
import type { DerivedTables, LinkId } from './ports/derived-tables.port.js';
import type { PointAudit } from './ports/point-audit.port.js';
import { PointComparison, type RecheckOptions } from './point-comparison.js';
import type { TruthAudit } from './ports/truth-audit.port.js';
import { truthDifferences } from './truth-differences.js';
import type { Difference, DifferenceKind, NamespaceTotals, VerifyListener } from './verify.types.js';
import type { Namespace } from '../model/namespace.js';

const COORDINATES_PER_READ = 500;

/** The stores that a check reads. */
export interface CheckedPlaces {
  readonly truth: TruthAudit;
  readonly points: PointAudit;
  readonly tables: Pick<DerivedTables, 'danglingLinks'>;
  readonly embedder: Embedder;
}

export interface CheckOptions {
  readonly maxPendingSeconds: number;
  readonly recheck: RecheckOptions;
  readonly wait: (ms: number) => Promise<void>;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: NonNullable<VerifyListener['onProgress']>;
  readonly onDifference: (difference: Difference) => void;
  readonly onNote: (note: string) => void;
}

export interface CheckedNamespace {
  readonly name: Namespace;
  /** False for a namespace that has content but is in no list of namespaces. */
  readonly isRegistered: boolean;
}

/** The repairable differences: those of points by key, and links. */
export interface Repairable {
  readonly pointKeys: readonly string[];
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
  private readonly counts = { memories: 0, tombstones: 0, events: 0, pending: 0 };

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
    const { pointKeys, moving } = await this.judgePoints();
    this.counts.events += await this.places.truth.unversionedEvents(name);
    const dangling = await this.danglingLinks();
    const { points } = this.comparison;
    return {
      totals: { namespace: name, ...this.counts, points, links, moving, deadLetters: await this.noteDeadLetters() },
      repairable: { pointKeys, links: dangling, isUnregistered: !isRegistered },
    };
  }

  private async readPoints(rows: number): Promise<void> {
    for await (const points of this.places.points.scan(this.namespace.name)) {
      this.options.signal?.throwIfAborted();
      this.comparison.addPoints(points);
      this.progress('points', this.comparison.points, rows);
    }
  }

  private async readTruth(rows: number): Promise<void> {
    let done = 0;
    for await (const coordinates of this.places.truth.scan(this.namespace.name, COORDINATES_PER_READ)) {
      this.options.signal?.throwIfAborted();
      const vectors = await expectedVectors(coordinates, this.places.embedder);
      for (const coordinate of coordinates) {
        const { row, ledger } = coordinate;
        if (row) this.counts[row.isDeleted ? 'tombstones' : 'memories'] += 1;
        if (row && row.indexedVersion < row.version) this.counts.pending += 1;
        this.counts.events += ledger?.events ?? 0;
        this.comparison.addRow(coordinate, vectors);
        truthDifferences(coordinate).forEach(this.options.onDifference);
      }
      done += coordinates.length;
      this.progress('memories', done, rows);
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
    for (const [key, [kind, detail]] of differences) this.report(kind, key, detail);
    // Surplus points are removed first, because one may be in the place of a missing one.
    const isTooMuch = (key: string) => differences.get(key)?.[0] === 'point_orphaned';
    const keys = [...differences.keys()];
    const pointKeys = [...keys.filter(isTooMuch), ...keys.filter((key) => !isTooMuch(key))];
    return { pointKeys, moving: moving.length };
  }

  private async danglingLinks(): Promise<readonly LinkId[]> {
    const links = await this.places.tables.danglingLinks(this.namespace.name);
    for (const { from, to, type } of links) {
      this.report('link_dangling', from, `its link ${type} leads to ${to}; one of the two is no memory`);
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

  private progress(phase: 'points' | 'memories' | 'checking again', done: number, total: number): void {
    this.options.onProgress({ phase, namespace: this.namespace.name, done, total });
  }
}
