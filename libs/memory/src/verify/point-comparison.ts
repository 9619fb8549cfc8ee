import type { Embedder } from '../index-model/embedder.port.js';
import { expectedVectors, type ExpectedVectors } from './expected-vectors.js';
import type { HeldPoint, PointAudit, PointVersion } from './ports/point-audit.port.js';
import { pointDifference, type Held, type PointExpectation, type PointFinding } from './point-differences.js';
import type { AuditedCoordinate, AuditedRow, TruthAudit } from './ports/truth-audit.port.js';
import type { Namespace } from '../model/namespace.js';

const KEYS_PER_READ = 500;

/** Pause before each recheck of a suspect, in milliseconds; one recheck per pause. */
export interface RecheckOptions {
  readonly pausesMs: readonly number[];
}

export const DEFAULT_RECHECK: RecheckOptions = { pausesMs: [0, 250, 500, 1000, 2000, 3000] };

/**
 * Rechecks that must find the same problem, with no change in between, before it is reported as a difference: an indexer
 * that came too late needs a moment to notice it.
 */
const LOOKS_TO_CONVICT = 3;

/** A memory marked as not indexed may be about to be indexed again, so it gets all rechecks. */
function looksToConvict(finding: PointFinding, recheck: RecheckOptions): number {
  return finding[0] === 'point_unindexed' ? recheck.pausesMs.length : LOOKS_TO_CONVICT;
}

/** The stores that rechecks read. */
export interface ComparedPlaces {
  readonly truth: Pick<TruthAudit, 'read'>;
  readonly points: Pick<PointAudit, 'held'>;
  readonly embedder: Embedder;
}

export interface PointVerdicts {
  readonly differences: ReadonlyMap<string, PointFinding>;
  /** Keys that changed during every recheck. */
  readonly moving: readonly string[];
}

/**
 * Compares the points of a namespace with its rows. The two are read at different moments while writers continue: a
 * mismatch is at first only suspected, and rechecked until neither truth nor index changes during a recheck.
 */
export class PointComparison {
  /** Keys of points, of which no row has been compared yet. */
  private readonly unmatched = new Set<string>();
  private readonly suspects = new Set<string>();
  private count = 0;

  constructor(
    private readonly namespace: Namespace,
    private readonly maxPendingSeconds: number,
  ) {}

  /** Number of points read. */
  get points(): number {
    return this.count;
  }

  /** Adds points of the index; all of them must be added before the first row. */
  addPoints(points: readonly PointVersion[]): void {
    this.count += points.length;
    for (const { key } of points) this.unmatched.add(key);
  }

  /** Adds rows of the truth, with the points that the index holds of them and the vectors that it should hold. */
  addRows(coordinates: readonly AuditedCoordinate[], points: readonly HeldPoint[], vectors: ExpectedVectors): void {
    const held = byKey(points);
    for (const { key, row } of coordinates) {
      if (!row) continue;
      this.unmatched.delete(key);
      if (pointDifference(row, held.get(key) ?? [], this.expectation(key, vectors))) this.suspects.add(key);
    }
  }

  /** Rechecks everything that did not match. Points without a matching row are suspects too. */
  async judge(
    places: ComparedPlaces,
    recheck: { readonly pausesMs: readonly number[]; readonly wait: (ms: number) => Promise<void> },
  ): Promise<PointVerdicts> {
    for (const key of this.unmatched) this.suspects.add(key);
    const differences = new Map<string, PointFinding>();
    const looksWrong = new Map<string, number>();
    for (const pauseMs of recheck.pausesMs) {
      if (this.suspects.size === 0) break;
      await recheck.wait(pauseMs);
      for (const keys of chunks([...this.suspects])) {
        for (const [key, finding] of await this.look(keys, places)) {
          const looks = (looksWrong.get(key) ?? 0) + 1;
          looksWrong.set(key, looks);
          const isConvicted = finding !== undefined && looks >= looksToConvict(finding, recheck);
          if (isConvicted) differences.set(key, finding);
          if (isConvicted || finding === undefined) this.suspects.delete(key);
        }
      }
    }
    return { differences, moving: [...this.suspects] };
  }

  /** Returns what is wrong with each key; keys whose row changed during the recheck are left out. */
  private async look(
    keys: readonly string[],
    { truth, points, embedder }: ComparedPlaces,
  ): Promise<ReadonlyMap<string, PointFinding | undefined>> {
    const before = rowsOf(await truth.read(this.namespace, keys));
    const held = byKey(await points.held(this.namespace, keys));
    const coordinates = await truth.read(this.namespace, keys);
    const after = rowsOf(coordinates);
    const vectors = await expectedVectors(coordinates, embedder);
    const looked = new Map<string, PointFinding | undefined>();
    for (const key of keys) {
      const row = after.get(key) ?? null;
      if (!isSame(before.get(key) ?? null, row)) continue;
      looked.set(key, pointDifference(row, held.get(key) ?? [], this.expectation(key, vectors)));
    }
    return looked;
  }

  private expectation(key: string, vectors: ExpectedVectors): PointExpectation {
    return { maxPendingSeconds: this.maxPendingSeconds, vector: vectors.get(key) };
  }
}

function byKey(points: readonly HeldPoint[]): ReadonlyMap<string, readonly Held[]> {
  const held = new Map<string, readonly Held[]>();
  for (const { key, ...point } of points) held.set(key, [...(held.get(key) ?? []), point]);
  return held;
}

function rowsOf(coordinates: readonly AuditedCoordinate[]): ReadonlyMap<string, AuditedRow> {
  return new Map(coordinates.flatMap(({ key, row }) => (row ? [[key, row] as const] : [])));
}

function isSame(before: AuditedRow | null, after: AuditedRow | null): boolean {
  return before?.version === after?.version && before?.indexedVersion === after?.indexedVersion;
}

export function* chunks<T>(items: readonly T[], size = KEYS_PER_READ): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
