import type { Embedder } from '../index-model/embedder.port.js';
import { expectedVectors, type ExpectedVectors } from './expected-vectors.js';
import type { HeldPoint, PointAudit } from './ports/point-audit.port.js';
import { pointDifference, type Held, type PointExpectation, type PointFinding } from './point-differences.js';
import type { AuditedCoordinate, AuditedRow, TruthAudit } from './ports/truth-audit.port.js';
import type { Namespace } from '../model/namespace.js';

const KEYS_PER_READ = 500;

/** How often a suspect is looked at again, and how long before each look, milliseconds. */
export interface RecheckOptions {
  readonly pausesMs: readonly number[];
}

export const DEFAULT_RECHECK: RecheckOptions = { pausesMs: [0, 250, 500, 1000, 2000, 3000] };

/** Looks that must see the same thing wrong, with nothing changing meanwhile, before it is called a difference. */
const LOOKS_TO_CONVICT = 2;

/** A memory that counts as not indexed may be about to be indexed again: it gets all the time there is. */
function looksToConvict(finding: PointFinding, recheck: RecheckOptions): number {
  return finding[0] === 'point_unindexed' ? recheck.pausesMs.length : LOOKS_TO_CONVICT;
}

/** What the second looks read. */
export interface ComparedPlaces {
  readonly truth: Pick<TruthAudit, 'read'>;
  readonly points: Pick<PointAudit, 'held'>;
  readonly embedder: Embedder;
}

export interface PointVerdicts {
  readonly differences: ReadonlyMap<string, PointFinding>;
  /** Keys that changed at every look. */
  readonly moving: readonly string[];
}

/**
 * The points of a namespace against its rows. The two are read at different moments, while writers go on: what does not
 * match at first is only suspected, and looked at again until truth and index stand still around a look.
 */
export class PointComparison {
  private readonly unmatched = new Map<string, Held[]>();
  private readonly suspects = new Set<string>();
  private count = 0;

  constructor(
    private readonly namespace: Namespace,
    private readonly maxPendingSeconds: number,
  ) {}

  /** Points that were read. */
  get points(): number {
    return this.count;
  }

  /** Takes in points of the index; all of them before the first row. */
  addPoints(points: readonly HeldPoint[]): void {
    this.count += points.length;
    for (const { key, ...held } of points) {
      const known = this.unmatched.get(key);
      if (known) known.push(held);
      else this.unmatched.set(key, [held]);
    }
  }

  /** Takes in a row of the truth, with the vectors that its index should hold. */
  addRow({ key, row }: AuditedCoordinate, vectors: ExpectedVectors): void {
    if (!row) return;
    const held = this.unmatched.get(key) ?? [];
    this.unmatched.delete(key);
    if (pointDifference(row, held, this.expectation(key, vectors))) this.suspects.add(key);
  }

  /** Looks at everything that did not match again. Points that no row has claimed are suspects too. */
  async judge(
    places: ComparedPlaces,
    recheck: { readonly pausesMs: readonly number[]; readonly wait: (ms: number) => Promise<void> },
  ): Promise<PointVerdicts> {
    for (const key of this.unmatched.keys()) this.suspects.add(key);
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

  /** What is wrong with each key; keys whose row changed during the look are left out. */
  private async look(
    keys: readonly string[],
    { truth, points, embedder }: ComparedPlaces,
  ): Promise<ReadonlyMap<string, PointFinding | undefined>> {
    const before = rowsOf(await truth.read(this.namespace, keys));
    const held = new Map<string, Held[]>();
    for (const { key, ...point } of await points.held(this.namespace, keys)) {
      held.set(key, [...(held.get(key) ?? []), point]);
    }
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

function rowsOf(coordinates: readonly AuditedCoordinate[]): ReadonlyMap<string, AuditedRow> {
  return new Map(coordinates.flatMap(({ key, row }) => (row ? [[key, row] as const] : [])));
}

function isSame(before: AuditedRow | null, after: AuditedRow | null): boolean {
  return before?.version === after?.version && before?.indexedVersion === after?.indexedVersion;
}

export function* chunks<T>(items: readonly T[], size = KEYS_PER_READ): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
