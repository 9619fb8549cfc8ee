import { curveOf, isSameCurve, type ImportanceBasis } from './importance-curve.js';
import { ImportanceScale, type ImportanceState } from './importance-scale.js';

/** Importances that were written together. */
export interface SampledBatch {
  readonly raws: readonly number[];
  readonly writtenAt: Date;
}

/** What norms depended on from a time on, until the next. */
export interface KeptScale extends ImportanceBasis {
  readonly since: Date;
}

/** Samples that are to be counted, in their order, and what was known before. */
export interface Uncounted {
  readonly state: ImportanceState;
  readonly batches: readonly SampledBatch[];
  /** What was kept last; undefined when nothing was. */
  readonly newest: KeptScale | undefined;
  /** Since when a state holds that came without samples. */
  readonly now: Date;
}

/**
 * Counts samples, and says what is to be kept of the scale meanwhile: where two importances began to compare otherwise. A
 * batch counts as a whole; times only grow, and of one millisecond the last scale counts.
 */
export function scaleChanges({ state, batches, newest, now }: Uncounted): {
  readonly state: ImportanceState;
  readonly kept: readonly KeptScale[];
} {
  const scale = new ImportanceScale(state);
  const kept: KeptScale[] = [];
  let last = newest;
  const keep = (at: Date) => {
    if (last && isSameCurve(curveOf(last), scale.curve)) return;
    const since = last && last.since > at ? last.since : at;
    if (kept.at(-1)?.since.getTime() === since.getTime()) kept.pop();
    last = { since, ...scale.basis };
    kept.push(last);
  };
  for (const { raws, writtenAt } of batches) {
    for (const raw of raws) scale.sample(raw);
    keep(writtenAt);
  }
  if (batches.length === 0 && state.count > 0) keep(now);
  return { state: scale.state, kept };
}

/** Returns the batches of those that were written until a moment, as `scaleChanges` dates them. */
export function writtenUntil(
  at: Date,
  batches: readonly SampledBatch[],
  newest: Pick<KeptScale, 'since'> | undefined,
): readonly SampledBatch[] {
  if (newest && newest.since > at) return [];
  const later = batches.findIndex(({ writtenAt }) => writtenAt > at);
  return later === -1 ? batches : batches.slice(0, later);
}
