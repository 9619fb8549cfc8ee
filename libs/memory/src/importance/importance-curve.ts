/** Stands in for a distance of 0 between two quantiles. */
const TINY = 1e-12;

/** The tail above the 90th percentile is longer than this many distances from there to the median: not `minmax`. */
const HEAVY_TAIL = 5;
/** The distance above the median is this many times that below it: not `minmax`. */
const SKEWED = 3;
/** As `HEAVY_TAIL`, for `winsor`. */
const EXTREME_TAIL = 15;
/** The same up to the 99th percentile, for `winsor`. */
const LONG_TAIL = 8;
/** Steepest logistic curve. */
const STEEPEST = 25;

export type ImportanceMethod = 'minmax' | 'winsor' | 'logistic';

/** Percentiles 10, 50, 90 and 99. */
export type ImportanceQuantiles = readonly [q10: number, q50: number, q90: number, q99: number];

/** What the norms of a namespace depend on. */
export interface ImportanceBasis {
  /** Extremes of all times; 0 without samples. */
  readonly min: number;
  readonly max: number;
  /** As they were at the last 64th sample; null before the first. */
  readonly quantiles: ImportanceQuantiles | null;
}

/** Maps raw importances onto 0..1. Two curves of one method with the same parameters are the same. */
export interface ImportanceCurve {
  readonly method: ImportanceMethod;
  readonly parameters: readonly number[];
  readonly norm: (raw: number) => number;
}

/**
 * Returns the curve for samples so distributed: between the extremes where they are even, between the 10th and 90th
 * percentile where the tail is heavy, logistic where it is extreme.
 */
export function curveOf({ min, max, quantiles }: ImportanceBasis): ImportanceCurve {
  const evenly = between('minmax', min, max);
  if (quantiles === null) return evenly;
  // Divided by a power of two, distances across the whole range of doubles stay finite; nothing else changes.
  const part = partOf(max - min);
  const at = (index: 0 | 1 | 2 | 3) => quantiles[index] * part;
  const [q10, q50, q90, q99] = [at(0), at(1), at(2), at(3)];
  const above = q90 - q50 || TINY;
  const below = q50 - q10 || TINY;
  const tail = (max * part - q90) / above;
  if (tail <= HEAVY_TAIL && (q90 - q50) / below <= SKEWED) return evenly;
  const spread = q90 - q10;
  if (tail > EXTREME_TAIL || (q99 - q90) / above > LONG_TAIL) return logistic(q50, spread, part);
  const margin = (spread || 1) / 4;
  return between('winsor', Math.max(min, (q10 - margin) / part), Math.min(max, (q90 + margin) / part));
}

export function isSameCurve(one: ImportanceCurve, other: ImportanceCurve): boolean {
  return (
    one.method === other.method && one.parameters.every((parameter, index) => parameter === other.parameters[index])
  );
}

function between(method: 'minmax' | 'winsor', low: number, high: number): ImportanceCurve {
  const part = partOf(high - low);
  const span = high * part - low * part;
  const parameters = [low, high];
  if (method === 'winsor' && span < TINY) return { method, parameters, norm: () => 0.5 };
  return { method, parameters, norm: (raw) => within((raw * part - low * part) / (span || 1)) };
}

function logistic(centre: number, spread: number, part: number): ImportanceCurve {
  const parameters = [centre, spread, part];
  if (spread < TINY) return { method: 'logistic', parameters, norm: () => 0.5 };
  const steepness = Math.min(STEEPEST, Math.log(9) / spread);
  return { method: 'logistic', parameters, norm: (raw) => 1 / (1 + Math.exp(-steepness * (raw * part - centre))) };
}

/** What to multiply numbers by so that this distance between two of them is finite. */
function partOf(distance: number): number {
  return Number.isFinite(distance) ? 1 : 1 / 16;
}

function within(norm: number): number {
  return Math.min(1, Math.max(0, norm));
}
